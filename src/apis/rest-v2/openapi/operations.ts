import { type Naming, named } from './naming.js';
import { WEBHOOK_OPERATIONS } from './webhook-operations.js';

const PRODUCT = {
  name_en: 'Steam Wallet $20',
  name_ru: 'Steam Кошелёк $20',
  name_az: 'Steam Cüzdan $20',
  vendor_id: 5,
  subcategory_id: 12,
  status: 1,
  position: 10,
};

const KEY_SEARCH =
  'A search finds a whole key text, the last four characters of one, and the beginning of a serial number; for admins ' +
  'who name a package also any part of a text among its newest 50,000 keys. It finds at most 1,000 keys.';

/** Every route by method and path. */
export const OPERATIONS: Readonly<Record<string, Naming>> = {
  'POST /api/auth/login': named('login', 'Login & get JWT token', {
    example: { login: 'admin', password: 'your_password' },
  }),
  'POST /api/auth/refresh': named('refreshToken', 'Refresh access token', {
    description: 'Each refresh token works once; a second use ends all tokens that come from the same login.',
    example: { refreshToken: 'eyJhbGci...' },
  }),
  'GET /api/auth/me': named('getCurrentUser', 'Get current user info'),
  'POST /api/auth/logout': named('logout', 'Log out', { description: 'Ends the session of this token.' }),
  'POST /api/auth/password': named('changePassword', "Change one's own password", {
    description: 'Ends all sessions of the account, this one too.',
  }),
  'POST /api/auth/totp/enrol': named('enrolTotp', 'Get a secret for one-time codes', {
    description: 'Shows the secret this once. Logins need a code once one is confirmed.',
  }),
  'POST /api/auth/totp/confirm': named('confirmTotp', 'Confirm one-time codes with a first code'),
  'POST /api/auth/totp/disable': named('disableTotp', 'Log in without one-time codes again'),
  'GET /api/staff': named('listStaff', 'List the staff'),
  'GET /api/staff/{id}': named('getStaffMember', 'Get a member of the staff'),
  'POST /api/staff': named('createStaffMember', 'Create a member of the staff', {
    description: 'Admins make managers and auditors, a super_admin makes everybody.',
    example: { login: 'aysel', password: 'secure_password', name: 'Aysel', role: 'manager' },
  }),
  'PUT /api/staff/{id}': named('updateStaffMember', 'Update or block a member of the staff', {
    description: 'Blocking ends all sessions at once.',
    example: { status: 2 },
  }),
  'DELETE /api/staff/{id}/totp': named('resetStaffTotp', "Switch somebody's one-time codes off"),

  'GET /api/products': named('listProducts', 'List all products'),
  'GET /api/products/stats': named('getProductStatistics', 'Product statistics'),
  'PUT /api/products/{id}': named('updateProduct', 'Update product', {
    description: 'Only provided fields are updated.',
    example: { status: 0 },
  }),
  'DELETE /api/products/{id}': named('deleteProduct', 'Delete product', {
    description: 'Not while a package of it has keys that are not retired.',
  }),
  'GET /api/products/{id}': named('getProduct', 'Get product details'),
  'POST /api/products': named('createProduct', 'Create product', { example: PRODUCT }),

  'GET /api/packages': named('listPackages', 'List packages with filters'),
  'GET /api/packages/{id}': named('getPackage', 'Get package details'),
  'PUT /api/packages/{id}': named('updatePackage', 'Update package', {
    description: 'Only provided fields are updated.',
    example: { price: 35.5 },
  }),
  'DELETE /api/packages/{id}': named('deletePackage', 'Delete package', {
    description: 'Not while a key of it is reserved. Sold keys stay, the others are retired.',
  }),
  'PUT /api/packages/{id}/prices': named('updatePackagePrices', 'Set prices by currency', {
    description: 'Currencies that are not named keep their price; null goes back to the converted one.',
    example: { USD: '19.99', EUR: null },
  }),
  'GET /api/packages/{id}/prices': named('getPackagePrices', 'Get prices in all currencies'),
  'POST /api/packages': named('createPackage', 'Create package', {
    example: {
      name_en: 'Steam $20 Global',
      product_id: 42,
      supplier_id: 3,
      price: 34.0,
      currency: 'AZN',
      status: 1,
    },
  }),

  'GET /api/categories': named('listCategories', 'List categories'),
  'GET /api/categories/{id}': named('getCategory', 'Get category details'),
  'PUT /api/categories/{id}': named('updateCategory', 'Update category'),
  'DELETE /api/categories/{id}': named('deleteCategory', 'Delete category', {
    description: 'Not while something is in it.',
  }),
  'POST /api/categories': named('createCategory', 'Create category'),
  'GET /api/subcategories': named('listSubcategories', 'List subcategories'),
  'GET /api/subcategories/{id}': named('getSubcategory', 'Get subcategory details'),
  'PUT /api/subcategories/{id}': named('updateSubcategory', 'Update subcategory'),
  'DELETE /api/subcategories/{id}': named('deleteSubcategory', 'Delete subcategory', {
    description: 'Not while something is in it.',
  }),
  'POST /api/subcategories': named('createSubcategory', 'Create subcategory'),

  'GET /api/keys': named('listKeys', 'List keys', { description: KEY_SEARCH }),
  'GET /api/keys/with-hierarchy': named('listKeysWithHierarchy', 'Keys with product hierarchy', {
    description: KEY_SEARCH,
  }),
  'GET /api/keys/{id}/history': named('getKeyHistory', 'Who saw the key and when'),
  'POST /api/keys/{id}/reveal': named('revealKey', 'Show the text of a key', {
    description: 'It is on record before it is shown.',
  }),
  'PUT /api/keys/{id}': named('updateKey', 'Update key', {
    description:
      'Only a key that nobody holds or bought. null takes a serial number or an expiry away; status 5 takes the key ' +
      'aside, 1 brings it back.',
    example: { serial_number: 'SN-12345', expires_at: '2027-12-31' },
  }),
  'DELETE /api/keys/{id}': named('deleteKey', 'Delete key', {
    description: 'It is never sold any more. A reserved or sold key stays.',
  }),
  'DELETE /api/keys/bulk/delete': named('deleteKeys', 'Bulk delete keys', {
    description: 'Keys that cannot be deleted are skipped and listed.',
    example: { ids: [100, 101, 102] },
  }),
  'POST /api/keys/bulk/delete': named('deleteKeysByPost', 'Bulk delete keys', {
    description: 'For clients whose proxies drop the body of a DELETE.',
    example: { ids: [100, 101, 102] },
  }),
  'GET /api/keys/{id}': named('getKey', 'Get key details'),
  'POST /api/keys': named('createKey', 'Create single key', {
    description: 'Adding a key to an inactive package activates it; one on hold when the hold is lifted.',
    example: {
      package_id: 101,
      key_text: 'XXXX-YYYY-ZZZZ-WWWW',
      serial_number: 'SN-12345',
      expires_at: '2027-12-31',
    },
  }),
  'POST /api/keys/bulk': named('createKeys', 'Bulk create keys', {
    description: 'Answers how many were added; duplicates are skipped and listed.',
    example: {
      package_id: 101,
      keys: [
        { key_text: 'KEY-001', serial_number: 'SN-001' },
        { key_text: 'KEY-002', serial_number: 'SN-002' },
        { key_text: 'KEY-003' },
      ],
    },
  }),

  'GET /api/orders': named('listOrders', 'List orders', {
    description:
      'Newest first. Dates are days of the business time zone, by the time of creation. `search` is the beginning of ' +
      "the partner's order id, or the number of an order, and comes in the order of the former. What was refused at " +
      'once is no order.',
  }),
  'GET /api/orders/{id}': named('getOrder', 'Get order details'),
  'PATCH /api/orders/{id}/status': named('updateOrderStatus', 'Update order status', {
    description:
      '`cancelled`: the money goes back and the key is quarantined; `refunded`: the money goes back and the key stays ' +
      'sold. Each once, of a confirmed order; one that is pending can be cancelled.',
    example: { status: 'cancelled' },
  }),
  'POST /api/orders/{id}/resend': named('resendOrder', 'Send the keys of an order by e-mail once more', {
    description: 'To the address of before, or to the one that is given.',
    example: { email: 'customer@example.com' },
  }),
  'POST /api/orders/{id}/replace': named('replaceOrderKey', 'Replace a faulty key', {
    description:
      'Another key of the package under the same order. No money moves. `key_id` may be left out for the only key of an ' +
      'order that was not replaced yet; 409 else, so that two who replace at once replace once.',
    example: { key_id: 8847 },
  }),
  'GET /api/orders/stats/dashboard': named('getOrderDashboard', 'Dashboard statistics', {
    description:
      'Days, weeks (from Monday on) and months of the business time zone. An order counts on the day of its ' +
      'confirmation; a refund or cancellation takes its money out of that day.',
  }),
  'GET /api/orders/export/csv': named('exportOrders', 'Export orders to CSV', {
    description:
      'All orders that the filters of the list match, in its `sort`, oldest first by default; `page` and `limit` are not ' +
      'looked at. Cells that a spreadsheet would calculate begin with an apostrophe. ' +
      '`bom=1` begins the file with a byte order mark.',
  }),

  'GET /api/partners': named('listPartners', 'List partners'),
  'GET /api/partners/{id}': named('getPartner', 'Get partner details'),
  'POST /api/partners': named('createPartner', 'Create partner', {
    example: {
      name: 'PayNet Azerbaijan',
      login: 'paynet',
      password: 'secure_password',
      api_key: 'unique-api-key-string',
      status: 1,
      default_currency: 'AZN',
    },
  }),
  'PUT /api/partners/{id}': named('updatePartner', 'Update partner'),
  'DELETE /api/partners/{id}': named('deletePartner', 'Delete partner', {
    description: 'Blocks it for ever and frees nothing. Not while it has reservations or unfinished orders.',
  }),
  'GET /api/partners/{id}/currency-settings': named('getCurrencySettings', 'Currency settings'),
  'PUT /api/partners/{id}/currency-settings': named('updateCurrencySettings', 'Update currency settings', {
    example: {
      default_currency: 'USD',
      allowed_currencies: ['USD', 'AZN'],
      rate_markup_percent: { USD: '2.5' },
    },
  }),
  'GET /api/partners/{id}/statistics': named('getPartnerStatistics', 'Partner statistics', {
    description: 'Orders, revenue, the ten most purchased products and the sales of the last 30 days.',
  }),
  'GET /api/partners/{id}/access': named('getPartnerAccess', 'Get access control'),
  'PUT /api/partners/{id}/access': named('updatePartnerAccess', 'Update access control', {
    example: { product_ids: [42, 58, 73], all_products: false },
  }),
  'GET /api/partners/{id}/balances': named('getPartnerBalances', 'Get balances', {
    description:
      'For the staff also as of a position or a time, `as_of`; `X-Position` then names the position.',
  }),
  'POST /api/partners/{id}/balances/adjust': named('adjustPartnerBalance', 'Correct a balance', {
    description:
      'A correction of either sign with its reason, also below the credit limit. The same reference with the same ' +
      'amount again changes nothing.',
    example: { currency: 'AZN', amount: '-10.00', reason: 'Charged twice', reference: 'ADJ-1' },
  }),
  'GET /api/partners/{id}/transactions': named('listPartnerTransactions', 'Statement of balances', {
    description: 'What moved the balances, each line with the balance after it, newest first.',
  }),
  'GET /api/partners/{id}/transactions/export/csv': named('exportPartnerTransactions', 'Statement as CSV', {
    description:
      'All lines that the filters match, in the `sort` of the list, oldest first by default; `page` and `limit` are not ' +
      'looked at.',
  }),
  'POST /api/partners/{id}/balances/topup': named('topUpPartnerBalance', 'Top a balance up', {
    description: 'Idempotent by reference: the same one with the same amount changes nothing.',
    example: { currency: 'AZN', amount: '100.00', reference: 'INV-1', comment: '…' },
  }),

  ...WEBHOOK_OPERATIONS,

  'GET /api/alerts': named('listAlerts', 'List alerts of low stock', {
    description: 'Raised once when the available keys of a package come down to its `low_stock_threshold`.',
  }),

  'GET /api/suppliers': named('listSuppliers', 'List suppliers'),
  'GET /api/suppliers/{id}': named('getSupplier', 'Get supplier details'),
  'POST /api/suppliers': named('createSupplier', 'Create supplier', {
    example: {
      name: 'Digital Keys Supplier',
      country: 'Turkey',
      contact_email: 'sales@supplier.com',
      status: 1,
    },
  }),

  'PUT /api/suppliers/{id}': named('updateSupplier', 'Update supplier'),
  'DELETE /api/suppliers/{id}': named('deleteSupplier', 'Delete supplier', {
    description: 'Not while it has packages.',
  }),
  'GET /api/suppliers/{id}/prices': named('getSupplierPrices', 'Supplier prices by currency', {
    description: 'All packages of the supplier, by currency, with cost and margin.',
  }),
  'POST /api/suppliers/{id}/prices/convert': named('convertSupplierPrices', 'Convert prices to currencies', {
    description: 'Uses the current rates. A price set by hand stays, unless `overwrite` is true.',
  }),

  'POST /api/uploads': named('uploadImage', 'Upload an image', {
    description: 'PNG, JPEG or WebP up to 5 MiB; answers the addresses of it and of its thumbnail.',
  }),
  'GET /uploads/{name}': named('getUpload', 'Get an uploaded image'),

  'GET /api/audit/events': named('listEvents', 'What happened', {
    description: 'Newest or oldest first, a page at a time by cursor. Secrets are masked.',
  }),
  'GET /api/audit/streams/{stream}': named('getStream', 'One stream and its state', {
    description: 'As it is, or as it was at a revision or a time.',
  }),

  'GET /api/deliveries': named('listDeliveries', 'List deliveries by e-mail'),
  'GET /api/suppressions': named('listSuppressions', 'List the addresses that nothing is sent to'),
  'DELETE /api/suppressions/{id}': named('liftSuppression', 'Let an address be written to again'),
  'POST /api/privacy/erasures': named('eraseCustomer', 'Erase a customer', {
    description:
      'Destroys the data key that the address and its messages are encrypted with. Sales stay, without them.',
    example: { email: 'customer@example.com' },
  }),
  'GET /api/queues': named('listQueues', 'What is left to do in the background', {
    description: 'Wake-ups by state. What is due is done also where its wake-up was lost.',
  }),
  'GET /api/queues/{name}/jobs': named('listQueueJobs', 'Wake-ups of one state', {
    description: 'Failed ones unless another state is named. Of their errors the code alone is kept.',
  }),
  'POST /api/queues/{name}/jobs/{id}/retry': named('retryJob', 'Try a failed one again now'),
  'POST /api/queues/{name}/retry': named('retryQueue', 'Try all failed ones of a queue again now'),

  'GET /api/rates': named('getRates', 'Get exchange rates', { description: 'AZN for one unit.' }),
  'PUT /api/rates': named('updateRates', 'Set exchange rates', {
    description: 'Currencies that are not named keep their rate; null takes one away.',
    example: { USD: '1.7000', EUR: '1.8500' },
  }),
};
