import fc from 'fast-check';
import {
  chooseCurrency,
  chooseLanguage,
  isOrderTooLong,
  parseAction,
  parseData,
  parseEmail,
  parseEnvelope,
  parseObject,
  parseOrder,
  parsePublicId,
  parseReference,
} from './parse.js';

const credentials = '{"login":"kiosk","password":"secret"}';

describe('an action', () => {
  it('is one digit from 1 to 6', () => {
    expect(['1', '2', '3', '4', '5', '6'].map(parseAction)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it.each(['', '0', '7', '03', '3.0', ' 3', '3 ', '+3', '٣', '1,2', 'buy'])('is not %j', (text) => {
    expect(parseAction(text)).toBeNull();
  });

  it('is neither missing nor repeated', () => {
    expect(parseAction(undefined)).toBeNull();
    expect(parseAction(['3', '3'])).toBeNull();
  });
});

describe('a JSON parameter', () => {
  it.each(['', ' ', 'x', '{', '{"a":1', '[]', '[{}]', 'null', '1', '"{}"', "{'a':1}", '{"a":"\0"}'])(
    'is not the object that %j should be',
    (text) => expect(parseObject(text)).toBeNull(),
  );

  it('is refused when repeated', () => {
    expect(parseObject(['{}', '{}'])).toBeNull();
    expect(parseData(['{}', '{}'])).toBeNull();
  });

  it('may have white space around it', () => {
    expect(parseObject(' {"a": 1}\n')).toEqual({ a: 1 });
  });

  it('takes the last of equal names', () => {
    expect(parseObject('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it('reads __proto__ as a name like any other', () => {
    const parsed = parseObject('{"__proto__":{"login":"root"}}');
    expect(parsed?.login).toBeUndefined();
    expect(({} as { login?: string }).login).toBeUndefined();
  });

  it('reads depth without end', () => {
    expect(parseObject(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)).not.toBeNull();
  });

  it('is an empty object when data is left out, and wrong when data is empty', () => {
    expect(parseData(undefined)).toEqual({});
    expect(parseData('')).toBeNull();
  });
});

describe('a reference', () => {
  it.each<[unknown, string]>([
    ['101', '101'],
    [101, '101'],
    [-1, '-1'],
    [0, '0'],
    [-0, '0'],
    [1e2, '100'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [' ', ' '],
    [' PAY-1', ' PAY-1'],
    ['заказ', 'заказ'],
    ['😀', '😀'],
  ])('reads %j as %j', (value, text) => {
    expect(parseReference(value)).toBe(text);
  });

  it.each([
    undefined,
    null,
    '',
    true,
    false,
    {},
    [],
    ['1'],
    1.5,
    Number.NaN,
    2 ** 53,
    1e21,
    Number.POSITIVE_INFINITY,
  ])('is missing when it is %p', (value) => expect(parseReference(value)).toBeNull());
});

describe('an order as it is kept', () => {
  it.each(['a\0b', '\0', '\ud83d', 'a\ude00b', '\ude00\ud83d'])(
    'is missing when it is %j, which cannot be stored',
    (text) => {
      expect(parseOrder(text)).toBeNull();
    },
  );

  it('survives UTF-8 and back whenever it is accepted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const order = parseOrder(text);
        return order === null || Buffer.from(order, 'utf8').toString('utf8') === text;
      }),
    );
  });
});

describe('a public id', () => {
  it('is a plain positive integer', () => {
    expect(parsePublicId('101')).toBe(101);
    expect(parsePublicId('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    '0',
    '-1',
    '0101',
    '101 ',
    ' 101',
    '1e3',
    '0x10',
    '1.0',
    '9007199254740992',
    '99999999999999999999',
    '١',
  ])('is not %j', (text) => expect(parsePublicId(text)).toBeNull());
});

describe('an order', () => {
  it('may have 200 code points, however many bytes or UTF-16 units they take', () => {
    expect(isOrderTooLong('a'.repeat(200))).toBe(false);
    expect(isOrderTooLong('ə'.repeat(200))).toBe(false);
    expect(isOrderTooLong('😀'.repeat(200))).toBe(false);
  });

  it('is too long with 201', () => {
    expect(isOrderTooLong('a'.repeat(201))).toBe(true);
    expect(isOrderTooLong('😀'.repeat(201))).toBe(true);
    expect(isOrderTooLong(`${'😀'.repeat(199)}ab`)).toBe(true);
    expect(isOrderTooLong('a'.repeat(60_000))).toBe(true);
  });
});

describe('the language', () => {
  it('is that of the query, then of settings, then English', () => {
    expect(chooseLanguage('ru', 'az')).toBe('ru');
    expect(chooseLanguage(undefined, 'az')).toBe('az');
    expect(chooseLanguage('', 'az')).toBe('az');
    expect(chooseLanguage(null, 'az')).toBe('az');
    expect(chooseLanguage(undefined, undefined)).toBe('en');
  });

  it('is English when the one asked for is not spoken here', () => {
    expect(chooseLanguage('fr', 'ru')).toBe('en');
    expect(chooseLanguage(['ru', 'az'], 'ru')).toBe('en');
    expect(chooseLanguage(7)).toBe('en');
    expect(chooseLanguage('__proto__')).toBe('en');
  });
});

describe('the currency', () => {
  it('is the first that is given', () => {
    expect(chooseCurrency('USD', 'EUR', 'TRY')).toBe('USD');
    expect(chooseCurrency(undefined, '', null, 'TRY')).toBe('TRY');
    expect(chooseCurrency(undefined, undefined)).toBeUndefined();
  });

  it.each(['azn', 'XXX', ' AZN', 944, true, {}, ['AZN', 'AZN'], '__proto__', 'toString'])(
    'is not %j',
    (value) => {
      expect(chooseCurrency(value, 'AZN')).toBeNull();
    },
  );
});

describe('an e-mail address', () => {
  it('may be left out', () => {
    expect([undefined, null, ''].map(parseEmail)).toEqual([null, null, null]);
  });

  it('is passed on as it is, right or wrong', () => {
    expect(parseEmail('a@example.com')).toBe('a@example.com');
    expect(parseEmail(' x')).toBe(' x');
    expect(parseEmail(7)).toBe('7');
    expect(parseEmail(['a@example.com'])).toBe('?');
  });
});

describe('a request', () => {
  it('brings an action and settings with login and password', () => {
    expect(parseEnvelope({ action: '3', settings: credentials })).toEqual({
      action: '3',
      settings: { login: 'kiosk', password: 'secret' },
      login: 'kiosk',
      password: 'secret',
    });
  });

  it.each([
    ['0-1', undefined, '1'],
    ['0-1', 'x', '1'],
    ['0-1', '[]', '1'],
    ['0-1', '{}', '9'],
    ['0-1', credentials, undefined],
    ['0-2', '{}', '1'],
    ['0-2', '{"login":"","password":"x"}', '1'],
    ['0-2', '{"login":7,"password":"x"}', '1'],
    ['0-2', '{"__proto__":{"login":"a","password":"b"}}', '1'],
    ['0-3', '{"login":"a"}', '1'],
    ['0-3', '{"login":"a","password":""}', '1'],
    ['0-3', '{"login":"a","password":null}', '1'],
    ['0-3', '{"login":"a","password":["x"]}', '1'],
  ])('is %s with settings %s and action %s', (code, settings, action) => {
    expect(parseEnvelope({ settings, action })).toBe(code);
  });
});
