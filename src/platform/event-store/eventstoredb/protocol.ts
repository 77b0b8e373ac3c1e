import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { BatchAppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { type NewEvent, NO_STREAM, type RecordedEvent, type StreamAppend } from '../event-store.js';
import { SEARCH_WINDOW } from './limits.js';

type Options = InstanceType<typeof streamsPb.ReadReq.Options>;
type StoredRecord = ReadResp.ReadEvent.RecordedEvent;

const { BatchAppendReq: Append, ReadReq: Read } = streamsPb;
const { AllOptions, FilterOptions, Position, ReadDirection, StreamOptions, SubscriptionOptions, UUIDOption } =
  Read.Options;

/** A plain array: the generated code knows a Buffer only as text. */
const bytesOf = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function uuid(id: string): InstanceType<typeof sharedPb.UUID> {
  const encoded = new sharedPb.UUID();
  encoded.setString(id);
  return encoded;
}

/** Inverse of {@link uuid}: the server may answer two halves instead of the text. */
function textOf(id: InstanceType<typeof sharedPb.UUID>): string {
  const halves = id.getStructured();
  if (!halves) return id.getString();
  const half = (value: string): string => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');
  const hex = half(halves.getMostSignificantBits()) + half(halves.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function identifier(stream: string): InstanceType<typeof sharedPb.StreamIdentifier> {
  const encoded = new sharedPb.StreamIdentifier();
  encoded.setStreamName(bytesOf(Buffer.from(stream)));
  return encoded;
}

function proposed({ id, type, data, metadata }: NewEvent) {
  const message = new Append.ProposedMessage();
  message.setId(uuid(id));
  message.getMetadataMap().set('type', type);
  message.getMetadataMap().set('content-type', 'application/json');
  message.setData(bytesOf(data));
  message.setCustomMetadata(bytesOf(metadata));
  return message;
}

/** One stream's append, with its exact revision: there is no "any". */
export function appendRequest(
  correlationId: string,
  { stream, expectedRevision, events }: StreamAppend,
): InstanceType<typeof Append> {
  const options = new Append.Options();
  options.setStreamIdentifier(identifier(stream));
  if (expectedRevision === NO_STREAM) options.setNoStream(new sharedPb.Empty());
  else options.setStreamPosition(String(expectedRevision));
  const request = new Append();
  request.setCorrelationId(uuid(correlationId));
  request.setOptions(options);
  request.setProposedMessagesList(events.map(proposed));
  request.setIsFinal(true);
  return request;
}

/** What the server says of one append. A position of null: it did not say. */
export type AppendReply =
  | { readonly outcome: 'stored'; readonly position: bigint | null }
  | { readonly outcome: 'conflict'; readonly actualRevision: number }
  | { readonly outcome: 'error'; readonly kind: string; readonly message: string };

/** Where the log would end at the latest: what the server writes for "none" lies above it. */
const HIGHEST_POSITION = 2n ** 63n - 1n;

function positionOf(text: string | undefined): bigint | null {
  const position = text ? BigInt(text) : null;
  return position !== null && position <= HIGHEST_POSITION ? position : null;
}

export function replyOf(response: BatchAppendResp): { correlationId: string; reply: AppendReply } {
  const id = response.getCorrelationId();
  const correlationId = id ? textOf(id) : '';
  const error = response.getError();
  if (!error) {
    const position = response.getSuccess()?.getPosition()?.getCommitPosition();
    return { correlationId, reply: { outcome: 'stored', position: positionOf(position) } };
  }
  const details = error.getDetails();
  const kind = details?.getTypeName().split('.').at(-1) ?? '';
  const conflict =
    kind === 'WrongExpectedVersion'
      ? details?.unpack(sharedPb.WrongExpectedVersion.deserializeBinary, details.getTypeName())
      : null;
  if (!conflict) {
    const bad =
      kind === 'BadRequest'
        ? details?.unpack(sharedPb.BadRequest.deserializeBinary, details.getTypeName())
        : null;
    const message = bad?.getMessage() || error.getMessage();
    return { correlationId, reply: { outcome: 'error', kind, message } };
  }
  const actualRevision = conflict.hasCurrentStreamRevision()
    ? Number(conflict.getCurrentStreamRevision())
    : NO_STREAM;
  return { correlationId, reply: { outcome: 'conflict', actualRevision } };
}

function readRequest(fill: (options: Options) => void): ReadReq {
  const options = new Read.Options();
  const asText = new UUIDOption();
  asText.setString(new sharedPb.Empty());
  options.setUuidOption(asText);
  options.setResolveLinks(false);
  fill(options);
  const request = new Read();
  request.setOptions(options);
  return request;
}

export interface StreamRange {
  readonly stream: string;
  /** First revision to return; null for the end that the direction begins at. */
  readonly from: number | null;
  readonly backwards: boolean;
  readonly limit: number;
}

export const streamRequest = ({ stream, from, backwards, limit }: StreamRange): ReadReq =>
  readRequest((options) => {
    const which = new StreamOptions();
    which.setStreamIdentifier(identifier(stream));
    if (from !== null) which.setRevision(String(from));
    else if (backwards) which.setEnd(new sharedPb.Empty());
    else which.setStart(new sharedPb.Empty());
    options.setStream(which);
    options.setReadDirection(backwards ? ReadDirection.BACKWARDS : ReadDirection.FORWARDS);
    options.setCount(String(limit));
    options.setNoFilter(new sharedPb.Empty());
  });

/** The server searches, so that other people's events do not cross the network. */
function filterBy(options: Options, streamPrefix: string): void {
  const names = new FilterOptions.Expression();
  names.setPrefixList([streamPrefix]);
  const filter = new FilterOptions();
  filter.setStreamIdentifier(names);
  filter.setMax(SEARCH_WINDOW);
  filter.setCheckpointintervalmultiplier(1);
  options.setFilter(filter);
}

function fromPosition(after: bigint): InstanceType<typeof AllOptions> {
  const which = new AllOptions();
  if (after === 0n) {
    which.setStart(new sharedPb.Empty());
  } else {
    const position = new Position();
    position.setCommitPosition(String(after));
    position.setPreparePosition(String(after));
    which.setPosition(position);
  }
  return which;
}

/** At most `limit` events from a position on, the one at the position included. */
export const allRequest = (from: bigint, streamPrefix: string, limit: number): ReadReq =>
  readRequest((options) => {
    options.setAll(fromPosition(from));
    options.setReadDirection(ReadDirection.FORWARDS);
    options.setCount(String(limit));
    filterBy(options, streamPrefix);
  });

function newestOfAll(options: Options): void {
  const which = new AllOptions();
  which.setEnd(new sharedPb.Empty());
  options.setAll(which);
  options.setReadDirection(ReadDirection.BACKWARDS);
  options.setCount('1');
}

/** The newest event. */
export const newestRequest = (streamPrefix: string): ReadReq =>
  readRequest((options) => {
    newestOfAll(options);
    filterBy(options, streamPrefix);
  });

/** The newest event of anybody: found at once, however much others have written. */
export const newestOfAllRequest = (): ReadReq =>
  readRequest((options) => {
    newestOfAll(options);
    options.setNoFilter(new sharedPb.Empty());
  });

/** What comes after a position, without end. */
export const subscribeRequest = (after: bigint, streamPrefix: string): ReadReq =>
  readRequest((options) => {
    options.setAll(fromPosition(after));
    options.setReadDirection(ReadDirection.FORWARDS);
    options.setSubscription(new SubscriptionOptions());
    filterBy(options, streamPrefix);
  });

function recorded(record: StoredRecord): RecordedEvent {
  const id = record.getId();
  const stream = record.getStreamIdentifier();
  return {
    id: id ? textOf(id) : '',
    type: record.getMetadataMap().get('type') ?? '',
    data: bufferOf(record.getData_asU8()),
    metadata: bufferOf(record.getCustomMetadata_asU8()),
    stream: stream ? bufferOf(stream.getStreamName_asU8()).toString() : '',
    revision: Number(record.getStreamRevision()),
    position: BigInt(record.getCommitPosition()),
  };
}

/** The event in an answer of a read; null for what else the server says. */
export function eventOf(response: ReadResp): RecordedEvent | null {
  const record = response.getEvent()?.getEvent();
  return record ? recorded(record) : null;
}
