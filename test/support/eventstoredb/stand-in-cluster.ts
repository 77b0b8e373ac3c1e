import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import { Metadata, type Server, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';

export interface EndPoint {
  readonly address: string;
  readonly port: number;
}

export interface Member extends EndPoint {
  readonly state: 'leader' | 'follower';
  readonly isAlive: boolean;
}

type ClusterInfo = InstanceType<typeof gossipPb.ClusterInfo>;

/** How a follower ends the call of whoever wants the leader. */
export function notLeader({ address, port }: EndPoint) {
  const metadata = new Metadata();
  metadata.set('exception', 'not-leader');
  metadata.set('leader-endpoint-host', address);
  metadata.set('leader-endpoint-port', String(port));
  return { code: status.NOT_FOUND, details: 'Leader info available', metadata };
}

/** Tells who asks of the nodes of the cluster, as they are known at that moment. */
export function addGossip(server: Server, members: () => readonly Member[]): void {
  server.addService(gossipGrpc.GossipService, {
    read: (_: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<ClusterInfo>) =>
      answer(null, clusterInfo(members())),
  });
}

function clusterInfo(members: readonly Member[]): ClusterInfo {
  const info = new gossipPb.ClusterInfo();
  for (const { address, port, state, isAlive } of members) {
    const { LEADER, FOLLOWER } = gossipPb.MemberInfo.VNodeState;
    const endPoint = new gossipPb.EndPoint();
    endPoint.setAddress(address);
    endPoint.setPort(port);
    const id = new sharedPb.UUID();
    id.setString('00000000-0000-4000-8000-000000000000');
    const member = new gossipPb.MemberInfo();
    member.setInstanceId(id);
    member.setState(state === 'leader' ? LEADER : FOLLOWER);
    member.setIsAlive(isAlive);
    member.setHttpEndPoint(endPoint);
    info.addMembers(member);
  }
  return info;
}
