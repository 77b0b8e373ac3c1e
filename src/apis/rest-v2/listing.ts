import { BadRequestException, Injectable } from '@nestjs/common';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { foldCase } from '../../platform/kernel/fold-case.js';
import { ReadModels } from '../../platform/projections/read-models.js';
import type { Filter, ReadDocument, Sort } from '../../platform/read-store/read-store.js';
import type { Page } from './answers.js';
import { QueryNumber } from './body.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE, MAX_PAGE_SIZE, MAX_SEARCH_LENGTH } from './limits.js';
import type { Sortable } from './openapi/answers.schema.js';

/** What every list takes. */
export class PageQuery {
  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  page?: number;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  limit?: number;

  /** A field of the list, with `-` before it for the other direction. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  sort?: string;
}

/** What lists take that are searched by a text. */
export class ListQuery extends PageQuery {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_SEARCH_LENGTH)
  search?: string;
}

export class StatusListQuery extends ListQuery {
  @IsOptional()
  @QueryNumber()
  @IsIn([0, 1])
  status?: 0 | 1;
}

export interface ListSource {
  readonly projection: string;
  readonly filter: Filter;
  /** How many match, where that is told without looking at each. */
  readonly total?: () => Promise<number>;
  readonly sortable: Sortable;
}

/** A filter for documents whose field contains the text, in any case. MongoDB takes no NUL in a pattern but by its number. */
export function containing(field: string, text: string | undefined): Filter {
  if (!text) return {};
  const pattern = foldCase(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { [field]: { $regex: pattern.replaceAll('\0', '\\x00') } };
}

/** The order that a caller asks for. @throws 400 naming the fields that there are */
export function sortOf(sort: string | undefined, sortable: Sortable): Sort {
  const names = Object.keys(sortable);
  const name = sort?.replace(/^-/, '') ?? names[0]!;
  if (!Object.hasOwn(sortable, name))
    throw new BadRequestException(`sort: must be one of ${names.join(', ')}`);
  const [, turn, field = ''] = /^(-?)(.*)$/.exec(sortable[name]!)!;
  const direction = sort?.startsWith('-') ? -1 : 1;
  const opposite = direction === 1 ? -1 : 1;
  // The key breaks ties, so that pages neither repeat nor lose a document.
  return field === '_id'
    ? { _id: direction }
    : { [field]: turn === '-' ? opposite : direction, _id: direction };
}

/** Compares numbers, texts and nulls as the read store does: null first. */
function inOrder(sort: Sort): (a: ReadDocument, b: ReadDocument) => number {
  const fields = Object.entries(sort);
  return (a, b) => {
    for (const [field, direction] of fields) {
      const [left, right] = [a, b].map(
        (one) => (one as unknown as Record<string, unknown>)[field],
      ) as never[];
      if (left === right) continue;
      const isBefore = left === null || (right !== null && left! < right!);
      return isBefore ? -direction : direction;
    }
    return 0;
  };
}

/** Answers lists from read models, a page at a time. */
@Injectable()
export class Listing {
  constructor(private readonly models: ReadModels) {}

  async page<D extends ReadDocument, View>(
    query: PageQuery,
    { projection, filter, sortable, total: tellTotal }: ListSource,
    view: (document: D) => View | Promise<View>,
  ): Promise<Page<View>> {
    const { page = 1, limit = DEFAULT_PAGE_SIZE } = query;
    const sort = sortOf(query.sort, sortable);
    const total = await (tellTotal ? tellTotal() : this.models.count(projection, filter));
    const skip = (page - 1) * limit;
    const documents =
      skip < total ? await this.models.find<D>(projection, { filter, sort, skip, limit }) : [];
    const data = await Promise.all(documents.map(view));
    return { success: true, data, pagination: { page, limit, total, totalPages: Math.ceil(total / limit) } };
  }

  /** The same of documents that were found otherwise, all of them. */
  async pageOf<D extends ReadDocument, View>(
    query: ListQuery,
    documents: readonly D[],
    sortable: Sortable,
    view: (document: D) => View | Promise<View>,
  ): Promise<Page<View>> {
    const { page = 1, limit = DEFAULT_PAGE_SIZE } = query;
    const sorted = [...documents].sort(inOrder(sortOf(query.sort, sortable)));
    const data = await Promise.all(sorted.slice((page - 1) * limit, page * limit).map(view));
    const total = documents.length;
    return { success: true, data, pagination: { page, limit, total, totalPages: Math.ceil(total / limit) } };
  }
}
