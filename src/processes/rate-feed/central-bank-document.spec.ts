import { readRates, UnreadableRates } from './central-bank-document.js';

const valute = (code: string, nominal: string, value: string): string =>
  `<Valute Code="${code}"><Nominal>${nominal}</Nominal><Name>n</Name><Value>${value}</Value></Valute>`;
const document = (valutes: string, date = '23.11.2026'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<ValCurs Date="${date}" Name="AZN məzənnələri" Description="d">
<ValType Type="Bank metalları">${valute('XAU', '1 t.u.', '7061.1055')}</ValType>
<ValType Type="Xarici valyutalar">${valutes}</ValType></ValCurs>`;

it('rates are read for one unit, whatever the nominal', () => {
  const xml = document(
    [
      valute('USD', '1', '1.7'),
      valute('EUR', '1', '1.9665'),
      valute('RUB', '100', '1.8412'),
      valute('UZS', '100', '0.0143'),
      valute('TRY', '3', '0.1'),
      valute('JPY', '100', '1.1'),
    ].join(''),
  );
  expect(readRates(xml)).toEqual({
    date: '2026-11-23',
    rates: { USD: '1.7000', EUR: '1.9665', RUB: '0.018412', UZS: '0.000143', TRY: '0.0333333333' },
  });
});

it.each([
  ['empty', ''],
  ['a page of HTML', '<!DOCTYPE html><html><body>Sorry</body></html>'],
  ['cut off', document(valute('USD', '1', '1.7')).slice(0, -20)],
  ['of something else', '<Rates Date="23.11.2026"><USD>1.7</USD></Rates>'],
  ['without a date', document(valute('USD', '1', '1.7'), '')],
  ['of a day that is none', document(valute('USD', '1', '1.7'), '32.11.2026')],
  ['without a currency of ours', document(valute('JPY', '100', '1.1'))],
  ['with a rate of nothing', document(valute('USD', '1', '0'))],
  ['with a negative rate', document(valute('USD', '1', '-1.7'))],
  ['with a comma', document(valute('USD', '1', '1,7'))],
  ['without a nominal', document(valute('USD', '', '1.7'))],
  ['with a nominal of nothing', document(valute('USD', '0', '1.7'))],
  ['with a rate too small to write', document(valute('USD', '1000000', '0.00001'))],
  ['with one good and one bad rate', document(valute('USD', '1', '1.7') + valute('EUR', '1', 'n/a'))],
  ['with two rates for one currency', document(valute('USD', '1', '1.7') + valute('USD', '1', '1.8'))],
  [
    'with entities',
    `<!DOCTYPE v [<!ENTITY a "1.7">]><ValCurs Date="23.11.2026"><ValType>${valute('USD', '1', '&a;')}</ValType></ValCurs>`,
  ],
])('a document that is %s is refused', (_, xml) => {
  expect(() => readRates(xml)).toThrow(UnreadableRates);
});
