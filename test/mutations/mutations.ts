/** A bug to plant: the text of a file is changed and the named tests must fail. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly edits: readonly (readonly [find: string, replace: string])[];
  /** Jest path patterns. */
  readonly tests: string;
}

const sale = 'src/contexts/ordering/commands/advance-sale.ts';
const faults = 'test/sale';
const basics = 'test/sale/sale-basics';
const refunds = 'test/sale/refund-races';
const replaced = 'test/sale/replacement';
const expiry = 'src/processes/reservation-expiry';
const runner = 'src/platform/processes/process-runner.ts';

/** One bug or more in each step of a sale, and in what carries it. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'claim: a confirmed order is claimed again',
    file: 'src/contexts/ordering/commands/buy-key.ts',
    edits: [['if (!isFree(order)) ', "if (order.status === 'refunded') "]],
    tests: basics,
  },
  {
    name: 'claim: an unfinished order is not advanced before it is answered',
    file: 'src/contexts/ordering/commands/confirm-sale.ts',
    edits: [["      advanceSale(tx, id, 'finish', this.desk.settings);\n", '']],
    tests: replaced,
  },
  {
    name: 'hold: an ended attempt is held for again when the state has forgotten it',
    file: sale,
    edits: [["if (before !== undefined || sale.intent === 'settle')", "if (sale.intent === 'settle')"]],
    tests: faults,
  },
  {
    name: 'hold: a line is held for as if it had one unit',
    file: sale,
    edits: [[' * BigInt(line.units.length)', '']],
    tests: 'test/sale/amount-held',
  },
  {
    name: 'hold: an undone attempt without a hold writes no release',
    file: 'src/contexts/wallets/domain/wallet.decider.ts',
    edits: [['if (!hold && findOperation(state.operations, key) !== undefined) return', 'if (!hold) return']],
    tests: 'src/contexts/wallets/domain',
  },
  {
    name: 'lot: recovery frees the money without barring the lot',
    file: sale,
    edits: [['  tx.append(Lot, id, refuseSale(lot, { order: orderId, attempt }));\n', '']],
    tests: faults,
  },
  {
    name: 'lot: a sale that stands is not found once the state has forgotten it',
    file: 'src/platform/execution/operation-since.ts',
    edits: [
      ['if (found !== undefined || window.since <= claimedRevision + 1) return found;', 'return found;'],
    ],
    tests: faults,
  },
  {
    name: 'lot: a sold unit is given up by recovery',
    file: sale,
    edits: [['  if (before) return soldUnit(', "  if (before && sale.intent === 'finish') return soldUnit("]],
    tests: replaced,
  },
  {
    name: 'capture: a hold is captured twice',
    file: 'src/contexts/wallets/domain/wallet.ts',
    edits: [
      [
        '        ...withoutHold(state, event.data.hold),\n        postedMinor',
        '        ...state,\n        postedMinor',
      ],
    ],
    tests: 'src/contexts/wallets/domain',
  },
  {
    name: 'capture: the commission is credited again by whoever finds the hold captured',
    file: sale,
    edits: [['if (debit.length > 0 && commissionMinor !== 0n)', 'if (commissionMinor !== 0n)']],
    tests: faults,
  },
  {
    name: 'confirm: recovery leaves a captured order unconfirmed',
    file: sale,
    edits: [
      [
        '  if (sold.length > 0) {\n    capture(sale, sold);',
        "  if (sold.length > 0) {\n    if (intent === 'finish') capture(sale, sold);",
      ],
    ],
    tests: replaced,
  },
  {
    name: 'reservation: its money is freed before the lot has ended it',
    file: 'src/contexts/ordering/commands/reservations.ts',
    edits: [['    tx.append(Lot, id, refuseReservation(tx.load(Lot, id), plan));\n', '']],
    tests: expiry,
  },
  {
    name: 'reservation: a cancellation that met a race is not recognised as its own',
    file: 'src/contexts/ordering/commands/cancel-reservation.ts',
    edits: [['    mine.hold = hold;\n', '']],
    tests: basics,
  },
  {
    name: 'reservation: a late confirmation of an earlier one sells the next one',
    file: 'src/contexts/ordering/commands/find-reservation.ts',
    edits: [['reservation.ordinal !== place.ordinal || ', '']],
    tests: basics,
  },
  {
    name: 'refund: the money goes back twice',
    file: 'src/contexts/ordering/commands/refund-order.ts',
    edits: [
      [
        'if (operationSince(tx, stream, operation, refund.walletRevision) === undefined) {',
        'if (operation) {',
      ],
    ],
    tests: faults,
  },
  {
    name: 'refund: a pending order is annulled though somebody else ended it',
    file: 'src/contexts/ordering/commands/refund-order.ts',
    edits: [['order.undoneBy === command', "order.status === 'refused'"]],
    tests: refunds,
  },
  {
    name: 'refund: the claim of another command is taken for its own',
    file: 'src/contexts/ordering/commands/refund-order.ts',
    edits: [['order.refund?.command === command', 'order.refund !== null']],
    tests: refunds,
  },
  {
    name: 'replacement: the faulty key stays sold',
    file: 'src/contexts/ordering/commands/advance-replacement.ts',
    edits: [["if (step.outcome === 'sold') {", "if (step.outcome === 'sold' && intent === 'finish') {"]],
    tests: faults,
  },
  {
    name: 'replacement: an unfinished one is not advanced before its order is answered',
    file: 'src/contexts/ordering/commands/buy-key.ts',
    edits: [["      advanceReplacement(tx, id, 'finish', this.desk.settings);\n", '']],
    tests: faults,
  },
  {
    name: 'replacement: the next one is taken for the last',
    file: 'src/contexts/ordering/domain/order.decider.ts',
    edits: [['attempt: state.attempts + 1', 'attempt: (state.claim?.attempt ?? 0) + 1']],
    tests: faults,
  },
  {
    name: 'replacement: money goes back while one is under way',
    file: 'src/contexts/ordering/domain/order.decider.ts',
    edits: [
      [
        "  if (state.status !== 'confirmed') return reject('OrderNotConfirmed');\n  const { amount",
        "  if (state.status !== 'confirmed' && state.status !== 'replacing') return reject('OrderNotConfirmed');\n  const { amount",
      ],
    ],
    tests: 'src/contexts/ordering/domain',
  },
  {
    name: 'top-up: a claim that was credited is credited again',
    file: 'src/contexts/wallets/commands/post-once.ts',
    edits: [
      [
        'if (operationSince(tx, stream, funds.operation, walletRevision) !== undefined) return;',
        'if (!stream.id) return;',
      ],
    ],
    tests: faults,
  },
  {
    name: 'expiry: the money stays held',
    file: 'src/contexts/ordering/commands/reservations.ts',
    edits: [['  for (const { hold } of ended) releaseReservation(tx, hold);\n', '']],
    tests: expiry,
  },
  {
    name: 'expiry: the money is freed again and again',
    file: 'src/contexts/wallets/domain/wallet.ts',
    edits: [
      [
        "    case 'FundsReleased':\n      return withoutHold(state, event.data.hold);",
        "    case 'FundsReleased':\n      return state;",
      ],
    ],
    tests: expiry,
  },
  {
    name: 'expiry: a key is freed before its deadline',
    file: 'src/contexts/inventory/domain/lot.decider.ts',
    edits: [['  if (!hasCome(held.reservation!.deadlineMs, nowMs)) return [];\n', '']],
    tests: 'src/contexts/inventory/domain/lot.reservation',
  },
  {
    name: 'texts: what was sealed together is opened for one slot, and another one is shown',
    file: 'src/contexts/inventory/queries/sealed-texts.ts',
    edits: [['(clear) => clear[slot - firstSlot]!', '(clear) => clear[0]!']],
    tests: 'src/contexts/inventory/queries',
  },
  {
    name: 'expiry: what ended in its lot before a crash keeps its money',
    file: 'src/contexts/ordering/commands/reservations.ts',
    edits: [
      [
        '    if (expired.length === 0) return false;\n    giveBack(tx, id, outcome.slot, expired);\n  }\n  return true;',
        "    giveBack(tx, id, outcome.slot, expired);\n  }\n  return outcome.status !== 'ended';",
      ],
    ],
    tests: expiry,
  },
  {
    name: 'expiry: what is pending is not kept for the next start',
    file: 'src/platform/processes/due-index.ts',
    edits: [['      keep.put(key, dueMs);\n', '']],
    tests: expiry,
  },
  {
    name: 'expiry: what a runner had in hand is lost when it ends',
    file: runner,
    edits: [
      [
        '    for (const [key] of this.hand.entries()) index.queue.set(key, this.due.get(key) ?? nowMs);\n',
        '',
      ],
    ],
    tests: 'src/platform/processes/process-runner',
  },
  {
    name: 'expiry: a key whose wake-up is lost is never run',
    file: runner,
    edits: [
      ['    for (const key of this.hand.takeDue(nowMs, MOST_IN_HAND)) void this.runUnwoken(key);\n', ''],
    ],
    tests: 'src/platform/processes/process-runner',
  },
  {
    name: 'holds: an older version of a map loses what the newest removed',
    file: 'src/platform/kernel/newest-map.ts',
    edits: [
      [
        'this.difference = { neighbour, key, value };',
        'this.difference = { neighbour, key, value: undefined };',
      ],
    ],
    tests: 'src/platform/kernel/newest-map',
  },
  {
    name: 'sequencer: what rested on a failed append is answered all the same',
    file: 'src/platform/execution/sequencer.ts',
    edits: [['if (this.restsOnDropped(waiter)) {', 'if (waiter.attempts > 1e9) {']],
    tests: 'execution/sequencer',
  },
  {
    name: 'shared sequencer: a refusal is answered from a stale cache',
    file: 'src/platform/execution/shared-sequencer.ts',
    edits: [['      await this.streams.prove(seen.values(), command.since);\n', '']],
    tests: 'execution/sequencer',
  },
  {
    name: 'shared sequencer: a lost race is decided again on the same state',
    file: 'src/platform/execution/shared-sender.ts',
    edits: [['      await this.refresh(lines, losses > 1 ? Math.random() * turnMs : 0);\n', '']],
    tests: 'execution/shared-sequencer',
  },
  {
    name: 'shared sequencer: a sale goes on before its last step is on disk',
    file: 'src/platform/execution/shared-run.ts',
    edits: [['throw new StepTaken();', 'return super.append(aggregate, id, events);']],
    tests: 'execution/shared-sequencer',
  },
  {
    name: 'shared sequencer: a command rests on what does not go out with it',
    file: 'src/platform/execution/shared-sequencer.ts',
    edits: [['if (ahead?.isForming && (targets.length', 'if (ahead?.isFull && (targets.length']],
    tests: 'execution/shared-sequencer',
  },
  {
    name: 'shared sequencer: an error after a stored step says that nothing is stored',
    file: 'src/platform/execution/shared-sender.ts',
    edits: [['const isPartly = command.stored && ', 'const isPartly = command.losses < 0 && ']],
    tests: 'execution/shared-sequencer',
  },
  {
    name: 'shared: what is missing in an old state counts as ended',
    file: 'src/platform/execution/run.ts',
    edits: [['if (knows(state as S) || !this.source.renew || this.memo.has(key)) return', 'return']],
    tests: 'test/sale/old-views',
  },
  {
    name: 'shared: what was read long ago is decided on',
    file: 'src/platform/execution/shared-streams.ts',
    edits: [['provenAt < limit', 'provenAt < 0']],
    tests: 'test/sale/old-views',
  },
  {
    name: 'stock: whoever is told that it is out never waits for the index',
    file: 'src/contexts/ordering/commands/sale-desk.ts',
    edits: [['|| !(await this.stock.catchUp())', '|| taken']],
    tests: 'test/sale/sale-basics',
  },
  {
    name: 'log: what was committed first becomes known when its promise is kept',
    file: 'src/platform/event-store/embedded/log-writer.ts',
    edits: [['this.outcomes.add(outcome, (', 'void outcome.then((']],
    tests: 'test/contracts/embedded-event-store',
  },
];
