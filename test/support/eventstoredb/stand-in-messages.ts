import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import type { BatchAppendReq, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import type { ProposedEvent, StoredEvent, Written } from './stand-in-log.js';

const nameOf = (identifier: InstanceType<typeof sharedPb.StreamIdentifier> | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();

/** An id in the two halves that a server answers by default. */
function structured(id: string): InstanceType<typeof sharedPb.UUID> {
  const hex = id.replaceAll('-', '');
  const half = (part: string): string => BigInt.asIntN(64, BigInt(`0x${part}`)).toString();
  const halves = new sharedPb.UUID.Structured();
  halves.setMostSignificantBits(half(hex.slice(0, 16)));
  halves.setLeastSignificantBits(half(hex.slice(16)));
  const uuid = new sharedPb.UUID();
  uuid.setStructured(halves);
  return uuid;
}

function text(id: string): InstanceType<typeof sharedPb.UUID> {
  const uuid = new sharedPb.UUID();
  uuid.setString(id);
  return uuid;
}

export interface AppendMessage {
  readonly correlationId: string;
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: ProposedEvent[];
}

export function parseAppend(request: BatchAppendReq): AppendMessage {
  const options = request.getOptions();
  if (!options || !request.getIsFinal()) throw new Error('only appends of one message are served');
  if (options.hasAny() || options.hasStreamExists()) throw new Error('an append must name its revision');
  return {
    correlationId: request.getCorrelationId()?.getString() ?? '',
    stream: nameOf(options.getStreamIdentifier()),
    expectedRevision: options.hasNoStream() ? -1 : Number(options.getStreamPosition()),
    events: request.getProposedMessagesList().map((message) => ({
      id: message.getId()?.getString() ?? '',
      type: message.getMetadataMap().get('type') ?? '',
      contentType: message.getMetadataMap().get('content-type') ?? '',
      data: Buffer.from(message.getData_asU8()),
      metadata: Buffer.from(message.getCustomMetadata_asU8()),
    })),
  };
}

function response(correlationId: string) {
  const answer = new streamsPb.BatchAppendResp();
  // Answered in the other of the two forms, as the server may.
  answer.setCorrelationId(structured(correlationId));
  return answer;
}

export function appendAnswer(correlationId: string, written: Written) {
  if (written.outcome === 'conflict') return conflictAnswer(correlationId, written.actualRevision);
  const position = new sharedPb.AllStreamPosition();
  position.setCommitPosition(String(written.position));
  position.setPreparePosition(String(written.position));
  const success = new streamsPb.BatchAppendResp.Success();
  success.setCurrentRevision(String(written.revision));
  success.setPosition(position);
  const answer = response(correlationId);
  answer.setSuccess(success);
  return answer;
}

function conflictAnswer(correlationId: string, actualRevision: number) {
  const conflict = new sharedPb.WrongExpectedVersion();
  if (actualRevision >= 0) conflict.setCurrentStreamRevision(String(actualRevision));
  else conflict.setCurrentNoStream(new sharedPb.Empty());
  return errorAnswer(correlationId, '', conflict, 'WrongExpectedVersion');
}

export const notReadyAnswer = (correlationId: string) =>
  errorAnswer(correlationId, 'Server Is Not Ready', new sharedPb.Empty(), 'Empty');

export const deniedAnswer = (correlationId: string) =>
  errorAnswer(correlationId, '', new sharedPb.AccessDenied(), 'AccessDenied');

export const timeoutAnswer = (correlationId: string) =>
  errorAnswer(correlationId, '', new sharedPb.Timeout(), 'Timeout');

/** KurrentDB says so of a single event; the definitions of the client do not know the message. */
export const tooLargeAnswer = (correlationId: string) =>
  errorAnswer(correlationId, '', new sharedPb.Empty(), 'MaximumAppendEventSizeExceeded');

/** Of what was stored or not: the server does not know what the writer told it. */
export const bewilderedAnswer = (correlationId: string) =>
  errorAnswer(correlationId, 'Envelope callback expected either …', new sharedPb.Empty(), 'Empty');

function errorAnswer(
  correlationId: string,
  message: string,
  details: { serializeBinary(): Uint8Array },
  type: string,
) {
  const packed = new anyPb.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${type}`);
  const error = new statusPb.Status();
  error.setMessage(message);
  error.setDetails(packed);
  const answer = response(correlationId);
  answer.setError(error);
  return answer;
}

export interface ReadMessage {
  /** Null: all streams. */
  readonly stream: string | null;
  /** Where to begin: a revision or position, or an end. */
  readonly from: bigint | 'start' | 'end';
  readonly backwards: boolean;
  /** Null: a subscription. */
  readonly limit: number | null;
  readonly prefixes: readonly string[];
}

export function parseRead(request: ReadReq): ReadMessage {
  const options = request.getOptions()!;
  const stream = options.getStream();
  const all = options.getAll();
  const position = all?.getPosition()?.getCommitPosition();
  const isEnd = stream?.hasEnd() || all?.hasEnd();
  const number = stream?.hasRevision() ? stream.getRevision() : position;
  return {
    stream: stream ? nameOf(stream.getStreamIdentifier()) : null,
    from: isEnd ? 'end' : number === undefined ? 'start' : BigInt(number),
    backwards: options.getReadDirection() === 1,
    limit: options.hasSubscription() ? null : Number(options.getCount()),
    prefixes: options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [],
  };
}

export function eventAnswer(event: StoredEvent): ReadResp {
  const record = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Uint8Array.from(Buffer.from(event.stream)));
  record.setStreamIdentifier(identifier);
  record.setId(text(event.id));
  record.setStreamRevision(String(event.revision));
  record.setCommitPosition(String(event.position));
  record.setPreparePosition(String(event.position));
  record.getMetadataMap().set('type', event.type);
  record.getMetadataMap().set('content-type', event.contentType);
  record.setData(Uint8Array.from(event.data));
  record.setCustomMetadata(Uint8Array.from(event.metadata));
  const read = new streamsPb.ReadResp.ReadEvent();
  read.setEvent(record);
  read.setCommitPosition(String(event.position));
  const answer = new streamsPb.ReadResp();
  answer.setEvent(read);
  return answer;
}

export function notFoundAnswer(): ReadResp {
  const answer = new streamsPb.ReadResp();
  answer.setStreamNotFound(new streamsPb.ReadResp.StreamNotFound());
  return answer;
}

export function confirmation(): ReadResp {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId('subscription');
  const answer = new streamsPb.ReadResp();
  answer.setConfirmation(confirmed);
  return answer;
}

export function caughtUp(): ReadResp {
  const answer = new streamsPb.ReadResp();
  answer.setCaughtUp(new streamsPb.ReadResp.CaughtUp());
  return answer;
}

export function checkpoint(position: bigint): ReadResp {
  const reached = new streamsPb.ReadResp.Checkpoint();
  reached.setCommitPosition(String(position));
  reached.setPreparePosition(String(position));
  const answer = new streamsPb.ReadResp();
  answer.setCheckpoint(reached);
  return answer;
}

export function supportedMethods(version: string, methodNames: readonly string[]) {
  const answer = new serverFeaturesPb.SupportedMethods();
  answer.setEventStoreServerVersion(version);
  for (const name of methodNames) {
    const method = new serverFeaturesPb.SupportedMethod();
    method.setServiceName('event_store.client.streams.streams');
    method.setMethodName(name);
    answer.addMethods(method);
  }
  return answer;
}
