import type { Mutation } from './mutations.js';

const mailed = 'test/mail/deliveries';
const lanes = 'webhooks/notices/lane';

/** Bugs in what follows a sale: mail to customers, and what partners are told. */
export const REACTIONS: readonly Mutation[] = [
  {
    name: 'mail: a suppressed address is written to',
    file: 'src/contexts/deliveries/commands/send-delivery.ts',
    edits: [
      ["  if (tx.load(Suppression, send.recipient.hash).isSuppressed) return end('suppressed');\n", ''],
    ],
    tests: mailed,
  },
  {
    name: 'mail: what anybody says is taken for a report of the provider',
    file: 'src/apis/rest-v2/deliveries/resend-webhook.controller.ts',
    edits: [['      this.webhook.verify(rawBodyOf(request), headers, { jsonParse: false });\n', '']],
    tests: mailed,
  },
  {
    name: 'mail: a status moves backward',
    file: 'src/contexts/deliveries/domain/delivery.ts',
    edits: [['RANK[next] > RANK[status];', 'RANK[next] !== RANK[status];']],
    tests: 'contexts/deliveries/domain',
  },
  {
    name: 'callbacks: two notices of one event have one place and one id',
    file: 'src/contexts/webhooks/notices/notice.ts',
    edits: [['  nth === 0 ? event :', '  nth >= 0 ? event :']],
    tests: 'webhooks/notices/notice-index',
  },
  {
    name: 'callbacks: what becomes of one send is taken for that of another',
    file: 'src/contexts/webhooks/notices/told-of.ts',
    edits: [["known.told[send] ?? 'pending'", "Object.values(known.told).at(-1) ?? 'pending'"]],
    tests: 'webhooks/notices/notice-index',
  },
  {
    name: 'callbacks: what happens to one order comes out of order',
    file: 'src/contexts/webhooks/notices/lane.ts',
    edits: [['!before.has(notice.object) && !this.openByObject.has(notice.object)', 'before.size < 1e9']],
    tests: lanes,
  },
  {
    name: 'callbacks: an endpoint that was switched off is called',
    file: 'src/contexts/webhooks/notices/lane.ts',
    edits: [['    if (this.disabled) return null;\n    for', '    for']],
    tests: lanes,
  },
];
