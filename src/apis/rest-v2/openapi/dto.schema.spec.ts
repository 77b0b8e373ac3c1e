import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsSemVer, Max, Min, ValidateNested } from 'class-validator';
import { IsDecimalValue, IsText, MayBeAbsent } from '../body.js';
import { fieldsOf, schemaOf } from './dto.schema.js';

class Line {
  @IsText(5)
  text!: string;
}

class Page {
  @IsInt()
  @Min(1)
  @Max(9)
  number!: number;
}

class Book extends Page {
  @IsOptional()
  @IsText(10)
  title?: string | null;

  @MayBeAbsent()
  @IsIn(['a', 'b'])
  kind?: string;

  @IsDecimalValue()
  price!: number | string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];

  @MayBeAbsent()
  @IsArray()
  @IsInt({ each: true })
  ids?: number[];
}

const LINE = {
  title: 'Line',
  type: 'object',
  properties: { text: { type: 'string', maxLength: 5 } },
  required: ['text'],
  additionalProperties: false,
};

it('a class says in JSON Schema what it checks, inherited fields and lists of other classes, too', () => {
  const { properties, required, additionalProperties } = schemaOf(Book);
  expect(properties).toEqual({
    number: { type: 'integer', minimum: 1, maximum: 9 },
    title: { anyOf: [{ type: 'string', maxLength: 10 }, { type: 'null' }] },
    kind: { enum: ['a', 'b'] },
    price: { anyOf: [{ type: 'number' }, { type: 'string', pattern: expect.any(String) }] },
    lines: { type: 'array', items: LINE },
    ids: { type: 'array', items: { type: 'integer' } },
  });
  expect([...required!].sort()).toEqual(['lines', 'number', 'price']);
  expect(additionalProperties).toBe(false);
});

it('a query has no null', () => {
  const title = fieldsOf(Book).find(({ name }) => name === 'title');
  expect(title).toEqual({
    name: 'title',
    schema: { type: 'string', maxLength: 10 },
    required: false,
    isNullable: true,
  });
});

it('a rule that nobody has described stops the document, by name', () => {
  class Release {
    @IsSemVer()
    version!: string;
  }
  expect(() => schemaOf(Release)).toThrow('no JSON Schema for isSemVer of Release.version');
});
