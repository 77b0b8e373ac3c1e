import type { Names } from '../../contexts/catalog/index.js';
import type { BillingMode } from '../../contexts/partners/index.js';
import type { Currency } from '../../platform/kernel/money.js';

// The demo's world. All brands, companies and prices are made up.

export const SUPPLIERS = [
  { name: 'Caspian Digital Goods', country: 'Azerbaijan', contactEmail: 'sales@caspian-digital.example' },
  { name: 'Anatolia Pin House', country: 'Türkiye', contactEmail: 'orders@anatolia-pin.example' },
  { name: 'Northwind Codes', country: 'Estonia', contactEmail: 'b2b@northwind-codes.example' },
  { name: 'Silk Road Vouchers', country: 'Uzbekistan', contactEmail: 'trade@silkroad-vouchers.example' },
  { name: 'Blue Harbour Media', country: 'Ireland', contactEmail: 'partners@blueharbour.example' },
  { name: 'Volga Software Supply', country: 'Kazakhstan', contactEmail: 'keys@volga-software.example' },
  { name: 'Ember Games Wholesale', country: 'Poland', contactEmail: 'wholesale@ember-games.example' },
  { name: 'Meridian Prepaid', country: 'Germany', contactEmail: 'supply@meridian-prepaid.example' },
] as const;

export const CATEGORIES: readonly Names[] = [
  { en: 'Games', ru: 'Игры', az: 'Oyunlar' },
  { en: 'Game currency', ru: 'Игровая валюта', az: 'Oyun valyutası' },
  { en: 'Gift cards', ru: 'Подарочные карты', az: 'Hədiyyə kartları' },
  { en: 'Software', ru: 'Программы', az: 'Proqramlar' },
  { en: 'Streaming', ru: 'Стриминг', az: 'Yayım' },
  { en: 'Mobile top-up', ru: 'Пополнение мобильной связи', az: 'Mobil balans' },
];

/** English, Russian, Azerbaijani, category. Five for each supplier, in its order. */
export const PRODUCTS: readonly (readonly [en: string, ru: string, az: string, category: number])[] = [
  ['Xəzər Market Card', 'Карта Xəzər Market', 'Xəzər Market kartı', 2],
  ['Odlar Mobile', 'Odlar Mobile', 'Odlar Mobile', 5],
  ['Bakı Cinema Pass', 'Абонемент Bakı Cinema', 'Bakı Cinema abunəsi', 4],
  ['Qala Online Gold', 'Золото Qala Online', 'Qala Online qızılı', 1],
  ['Novruz Gift Card', 'Подарочная карта Novruz', 'Novruz hədiyyə kartı', 2],
  ['Kervan Wallet', 'Кошелёк Kervan', 'Kervan pulqabısı', 2],
  ['Boğaz TV Premium', 'Boğaz TV Премиум', 'Boğaz TV Premium', 4],
  ['Efsane Online Pins', 'Пин-коды Efsane Online', 'Efsane Online pinləri', 1],
  ['Anka Mobile', 'Anka Mobile', 'Anka Mobile', 5],
  ['Pusula Navigator', 'Навигатор Pusula', 'Pusula naviqatoru', 3],
  ['Fjordheim Saga', 'Сага о Фьордхейме', 'Fjordheim dastanı', 0],
  ['Aurora Antivirus', 'Антивирус Aurora', 'Aurora antivirusu', 3],
  ['Polar Rails', 'Полярные рельсы', 'Qütb relsləri', 0],
  ['Tundra Cloud Drive', 'Облако Tundra', 'Tundra bulud yaddaşı', 3],
  ['Skald Music', 'Skald Музыка', 'Skald Musiqi', 4],
  ['Registan Bazaar Card', 'Карта Registan Bazaar', 'Registan Bazaar kartı', 2],
  ['Humo Mobile', 'Humo Mobile', 'Humo Mobile', 5],
  ['Caravan Tycoon', 'Магнат караванов', 'Karvan maqnatı', 0],
  ['Ipak Streams', 'Ipak Стримы', 'Ipak yayımları', 4],
  ['Steppe Riders Coins', 'Монеты Steppe Riders', 'Steppe Riders sikkələri', 1],
  ['Harbour Films', 'Кинотеатр Harbour', 'Harbour Films', 4],
  ['Lighthouse Audiobooks', 'Аудиокниги Lighthouse', 'Lighthouse səsli kitabları', 4],
  ['Cliffside Gift Card', 'Подарочная карта Cliffside', 'Cliffside hədiyyə kartı', 2],
  ['Shamrock Sports Pass', 'Спортивный абонемент Shamrock', 'Shamrock idman abunəsi', 4],
  ['Tidewater Store Card', 'Карта магазина Tidewater', 'Tidewater mağaza kartı', 2],
  ['Bars Office Suite', 'Офисный пакет Bars', 'Bars ofis paketi', 3],
  ['Sokol Antivirus', 'Антивирус Sokol', 'Sokol antivirusu', 3],
  ['Lada Photo Studio', 'Фотостудия Lada', 'Lada foto studiyası', 3],
  ['Burlak Backup', 'Резервные копии Burlak', 'Burlak ehtiyat nüsxəsi', 3],
  ['Tayga Survival', 'Тайга: выживание', 'Tayqa: sağ qalma', 0],
  ['Ember Store Wallet', 'Кошелёк Ember Store', 'Ember Store pulqabısı', 2],
  ['Castle of Ash', 'Замок из пепла', 'Kül qəsri', 0],
  ['Ash Crystals', 'Кристаллы пепла', 'Kül kristalları', 1],
  ['Amber Racer', 'Янтарный гонщик', 'Kəhrəba yarışçısı', 0],
  ['Vistula Arena Tokens', 'Жетоны Vistula Arena', 'Vistula Arena jetonları', 1],
  ['Meridian Prepaid Card', 'Предоплаченная карта Meridian', 'Meridian ön ödəmə kartı', 2],
  ['Zenith VPN', 'Zenith VPN', 'Zenith VPN', 3],
  ['Equator Travel Card', 'Туристическая карта Equator', 'Equator səyahət kartı', 2],
  ['Compass Online Time', 'Игровое время Compass Online', 'Compass Online oyun vaxtı', 1],
  ['Atlas Roaming', 'Роуминг Atlas', 'Atlas rouminq', 5],
];

/** Three sizes of each product, in whole units of its currency. */
export const SIZES: Readonly<Record<'AZN' | 'USD' | 'EUR' | 'TRY' | 'RUB', readonly number[]>> = {
  AZN: [5, 20, 50],
  USD: [10, 20, 50],
  EUR: [10, 25, 100],
  TRY: [100, 250, 500],
  RUB: [300, 1000, 3000],
};
export const SIZE_CURRENCIES = ['AZN', 'USD', 'EUR', 'TRY', 'RUB'] as const;

/** AZN for one unit, used where no rate is set. */
export const RATES: Readonly<Partial<Record<Currency, string>>> = {
  USD: '1.7000',
  EUR: '1.8500',
  TRY: '0.0420',
  RUB: '0.0190',
};

export interface DemoPartner {
  readonly login: string;
  readonly name: string;
  readonly currency: (typeof SIZE_CURRENCIES)[number];
  readonly billingMode: BillingMode;
  readonly creditLimit: string | null;
  /** Whole units. */
  readonly topUp: number;
}

export const PARTNERS: readonly DemoPartner[] = [
  ['demo-kiosk-baku', 'Baku Kiosk Network', 'AZN', 'postpaid', '20000.00', 0],
  ['demo-kiosk-ganja', 'Ganja Pay Points', 'AZN', 'prepaid', null, 9000],
  ['demo-kiosk-sumqayit', 'Sumqayit Terminals', 'AZN', 'prepaid', '500.00', 6000],
  ['demo-metro', 'Metro Terminal Group', 'AZN', 'postpaid', null, 0],
  ['demo-supermarket', 'Araz Valley Supermarkets', 'AZN', 'prepaid', null, 15000],
  ['demo-istanbul', 'Bosphorus Retail', 'TRY', 'prepaid', null, 250000],
  ['demo-izmir', 'Aegean Top-up', 'TRY', 'postpaid', '100000.00', 0],
  ['demo-tbilisi', 'Kura Payments', 'USD', 'prepaid', null, 6000],
  ['demo-dubai', 'Creek Digital Trading', 'USD', 'postpaid', '25000.00', 0],
  ['demo-berlin', 'Spree Voucher Shop', 'EUR', 'prepaid', '1000.00', 8000],
  ['demo-riga', 'Daugava Online', 'EUR', 'prepaid', null, 4000],
  ['demo-almaty', 'Alatau Terminals', 'RUB', 'prepaid', null, 600000],
].map(([login, name, currency, billingMode, creditLimit, topUp]) => ({
  login,
  name,
  currency,
  billingMode,
  creditLimit,
  topUp,
})) as DemoPartner[];
