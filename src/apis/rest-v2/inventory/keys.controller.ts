import {
  BadRequestException,
  Body,
  ConflictException,
  Delete,
  Get,
  HttpCode,
  type HttpException,
  Param,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import {
  AddKeys,
  KeyHistory,
  RetireKey,
  RetireKeys,
  RevealKey,
  type SkipReason,
  UpdateKey,
} from '../../../contexts/inventory/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { CatalogReader } from '../catalog/catalog.reader.js';
import { Listing } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { keysDeleted, namedKeys } from './bulk-delete.js';
import { KeyFinder } from './key.finder.js';
import { KEY, KEY_HISTORY, KEY_IN_HIERARCHY, KEYS_ADDED, KEYS_DELETED } from './key.schemas.js';
import { KeySelections } from './key.selection.js';
import { KeyViews } from './key.views.js';
import { KeyHistoryViews } from './key-history.views.js';
import {
  type BulkKey,
  CreateKeyBody,
  CreateKeysBody,
  DeleteKeysBody,
  KeyListQuery,
  UpdateKeyBody,
} from './keys.dto.js';

const DUPLICATE = () => new ConflictException('key_text: this key came in before');
const DELETED = 'deleted';

/** Why the only key of a request was not taken. */
const REFUSALS = {
  duplicate: DUPLICATE,
  duplicate_in_request: DUPLICATE,
  invalid_text: () =>
    new BadRequestException('key_text: must be one line of 1 to 2000 characters, all of which can be seen'),
  invalid_serial: () => new BadRequestException('serial_number: must be one line of at most 200 characters'),
  invalid_expiry: () => new BadRequestException('expires_at: must be a date such as 2027-12-31'),
  expired: () => new BadRequestException('expires_at: is over already'),
} as const satisfies Record<SkipReason, () => HttpException>;

/** Keys are numbered as they come in: an id sorts by the time, too, and has an index. */
const SORTABLE = {
  id: '_id',
  serial_number: 'serial',
  expires_at: 'expiresAt',
  sold_at: 'soldAt',
  created_at: '_id',
  updated_at: 'updatedAt',
};
const STATUS_NAMES = { 1: 'available', 5: 'quarantined' } as const;

const given = ({ key_text: text, serial_number: serial, expires_at: expiresOn }: BulkKey) => ({
  text,
  serial,
  expiresOn,
});

@ApiController('api/keys')
export class KeysController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly catalog: CatalogReader,
    private readonly views: KeyViews,
    private readonly selections: KeySelections,
    private readonly finder: KeyFinder,
    private readonly events: KeyHistory,
    private readonly histories: KeyHistoryViews,
  ) {}

  @Get()
  @Allow(STAFF)
  @AnswersList(KEY, SORTABLE)
  list(@CalledBy() caller: Caller, @Query() query: KeyListQuery) {
    return this.page(caller, query, (key) => this.views.key(caller.principal, key));
  }

  @Get('with-hierarchy')
  @Allow(STAFF)
  @AnswersList(KEY_IN_HIERARCHY, SORTABLE)
  listWithHierarchy(@CalledBy() caller: Caller, @Query() query: KeyListQuery) {
    return this.page(caller, query, (key) => this.views.withHierarchy(caller.principal, key));
  }

  @Get(':id')
  @Allow(STAFF)
  @AnswersOne(KEY)
  get(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    return this.show(caller, id);
  }

  /** Who saw the key and when. */
  @Get(':id/history')
  @Allow(STAFF)
  @AnswersOne(KEY_HISTORY)
  async history(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const keyId = await this.idOf(id);
    const entries = await this.events.of(keyId);
    return success(await this.histories.history(caller.principal, keyId, entries));
  }

  @Post()
  @Allow(ADMINS)
  @AnswersOne(KEY)
  async create(@CalledBy() caller: Caller, @Body() body: CreateKeyBody) {
    const { added, skipped } = await this.add(caller, body.package_id, [body]);
    if (skipped[0]) {
      // The command did nothing: there is no position to name, and nothing to remember under an idempotency key.
      caller.reply.removeHeader('X-Position');
      throw REFUSALS[skipped[0].reason]();
    }
    return this.show(caller, added[0]!.keyId, body.key_text.trim());
  }

  @Post('bulk')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(KEYS_ADDED)
  async createMany(@CalledBy() caller: Caller, @Body() body: CreateKeysBody) {
    const { added, skipped } = await this.add(caller, body.package_id, body.keys);
    return success({ added: added.length, skipped });
  }

  @Delete('bulk/delete')
  @Allow(ADMINS)
  @AnswersOne(KEYS_DELETED)
  deleteMany(@CalledBy() caller: Caller, @Body() body: DeleteKeysBody) {
    return this.retire(caller, body.ids);
  }

  /** The same for those whose proxies drop the body of a DELETE. */
  @Post('bulk/delete')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(KEYS_DELETED)
  deleteManyByPost(@CalledBy() caller: Caller, @Body() body: DeleteKeysBody) {
    return this.retire(caller, body.ids);
  }

  /** Shows the text, which is on record before it is read. */
  @Post(':id/reveal')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(KEY)
  async reveal(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const keyId = await this.idOf(id);
    return this.show(caller, id, await this.writes.run(caller, (context) => new RevealKey(context, keyId)));
  }

  @Put(':id')
  @Allow(ADMINS)
  @AnswersOne(KEY)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: UpdateKeyBody,
  ) {
    const keyId = await this.idOf(id);
    const { serial_number: serial, expires_at: expiresOn } = body;
    const status = body.status && STATUS_NAMES[body.status];
    await this.writes.run(caller, (context) => new UpdateKey(context, keyId, { serial, expiresOn, status }));
    return this.show(caller, id);
  }

  @Delete(':id')
  @Allow(ADMINS)
  @AnswersOne(KEY)
  async delete(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const keyId = await this.idOf(id);
    await this.writes.run(caller, (context) => new RetireKey(context, keyId, DELETED));
    return this.show(caller, id);
  }

  private async show({ principal }: Caller, id: number, text?: string) {
    return success(await this.views.key(principal, await this.views.find(id), text));
  }

  /** The permanent id of a key that is named by any of its numbers. @throws 404 */
  private async idOf(id: number): Promise<number> {
    return Number((await this.views.find(id))._id);
  }

  private async page<View>(
    { principal }: Caller,
    query: KeyListQuery,
    view: (key: KeyDocument) => Promise<View>,
  ) {
    const selection = await this.selections.of(query);
    const text = query.search?.trim();
    if (text) {
      const found = await this.finder.find(selection, text, ADMINS.includes(principal.role));
      return this.listing.pageOf(query, found, SORTABLE, view);
    }
    const filter = this.selections.filterOf(selection);
    const total = () => this.selections.total(selection);
    return this.listing.page(query, { projection: 'keys', filter, total, sortable: SORTABLE }, view);
  }

  private async add(caller: Caller, packageNumber: number, keys: readonly BulkKey[]) {
    const packageId = await this.catalog.idOf('packages', packageNumber, 'package_id');
    const request = { packageId, keys: keys.map(given) };
    const decisions = request.keys.length > 1 ? 'several' : 'one';
    return this.writes.run(caller, (context) => new AddKeys(context, request), decisions);
  }

  private async retire(caller: Caller, ids: readonly number[]) {
    const named = namedKeys(ids);
    const result = await this.writes.run(
      caller,
      (context) => new RetireKeys(context, named.keyIds, DELETED),
      'several',
    );
    return success(keysDeleted(named, result));
  }
}
