import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { replyOf } from './protocol.js';

const { BatchAppendResp } = streamsPb;

function storedAt(commitPosition: string | null) {
  const success = new BatchAppendResp.Success();
  if (commitPosition === null) {
    success.setNoPosition(new sharedPb.Empty());
  } else {
    const position = new sharedPb.AllStreamPosition();
    position.setCommitPosition(commitPosition);
    success.setPosition(position);
  }
  const response = new BatchAppendResp();
  response.setSuccess(success);
  return replyOf(response).reply;
}

it('an append is stored where the server says', () => {
  expect(storedAt('420')).toEqual({ outcome: 'stored', position: 420n });
});

it('a position that no log has is none: the server writes -1 that way', () => {
  expect(storedAt('18446744073709551615')).toEqual({ outcome: 'stored', position: null });
  expect(storedAt(null)).toEqual({ outcome: 'stored', position: null });
});
