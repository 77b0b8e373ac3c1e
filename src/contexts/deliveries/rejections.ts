/** Every expected refusal of the deliveries context. */
export type DeliveryRejection =
  | 'OrderNotFound'
  | 'OrderNotConfirmed'
  | 'NoAddress'
  | 'InvalidAddress'
  | 'AddressSuppressed'
  | 'DeliveryUnderWay'
  | 'TooManySends'
  | 'SuppressionNotFound';
