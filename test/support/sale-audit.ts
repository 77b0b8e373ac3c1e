import type { RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { loadMoney } from '../../src/platform/kernel/money.js';

interface AuditEvent {
  readonly stream: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the audit reads every event type from its stored form.
  readonly data: any;
}

interface OrderFacts {
  readonly sold: string[];
  confirmed: string[] | null;
  captured: bigint;
  price: bigint;
  /** Key of the hold that the newest attempt is paid from. */
  hold: string;
  status: string;
  /** The slot that a replacement under way is to take out of the order. */
  replacing: string | null;
}

/**
 * What must hold of any log, worked out from the stored events alone and not with the product's own folds. Answers
 * every violation found; `finished` adds what must hold once recovery has run.
 */
export function auditSales(
  events: readonly RecordedEvent[],
  options: { readonly finished: boolean; readonly floorMinor: bigint | null },
): string[] {
  const problems: string[] = [];
  const slots = new Map<string, string>();
  const orders = new Map<string, OrderFacts>();
  const holds = new Map<string, bigint>();
  const wallets = new Map<string, { posted: bigint; held: bigint }>();
  const reservations = new Map<string, string>();
  const order = (id: string): OrderFacts => {
    const known = orders.get(id);
    if (known) return known;
    const fresh: OrderFacts = {
      sold: [],
      confirmed: null,
      captured: 0n,
      price: 0n,
      hold: '',
      status: 'none',
      replacing: null,
    };
    orders.set(id, fresh);
    return fresh;
  };
  const operations = new Set<string>();
  const once = (operation: string): void => {
    if (operations.has(operation)) problems.push(`${operation} moved money twice`);
    operations.add(operation);
  };
  const move = (slot: string, from: string, to: string): void => {
    const now = slots.get(slot) ?? 'free';
    if (now !== from) problems.push(`${slot} went ${now} → ${to}`);
    slots.set(slot, to);
  };

  for (const { stream, type, data } of events.map(parse)) {
    const id = stream.slice(stream.indexOf('-') + 1);
    const wallet = wallets.get(id) ?? { posted: 0n, held: 0n };
    switch (type) {
      case 'KeyReserved':
        move(`${stream}/${data.slot}`, 'free', `reserved ${data.reservation}`);
        if (reservations.has(data.reservation)) problems.push(`${data.reservation} took two keys`);
        reservations.set(data.reservation, `${stream}/${data.slot}`);
        break;
      case 'ReservationCancelled':
      case 'ReservationExpired':
        move(`${stream}/${data.slot}`, `reserved ${data.reservation}`, 'free');
        break;
      case 'KeySold': {
        const from = data.reservation ? `reserved ${data.reservation}` : 'free';
        move(`${stream}/${data.slot}`, from, `sold ${data.order}`);
        const { status, hold } = order(data.order);
        if (status !== 'claimed' && status !== 'replacing')
          problems.push(`${data.order} sold while ${status}`);
        if (status === 'claimed' && !holds.get(hold)) problems.push(`${data.order} sold without its hold`);
        order(data.order).sold.push(`${stream}/${data.slot}`);
        break;
      }
      case 'KeyQuarantined':
        if (data.order) move(`${stream}/${data.slot}`, `sold ${data.order}`, 'quarantined');
        break;
      case 'FundsHeld':
        if (holds.has(data.hold.key)) problems.push(`${data.hold.key} held twice, or after its release`);
        holds.set(data.hold.key, BigInt(data.amount));
        wallets.set(id, { ...wallet, held: wallet.held + BigInt(data.amount) });
        break;
      case 'FundsCaptured': {
        const held = holds.get(data.hold) ?? 0n;
        if (held !== BigInt(data.amount) + BigInt(data.released)) {
          problems.push(`${data.hold}: ${held} held, ${data.amount} captured, ${data.released} released`);
        }
        if (order(data.order).sold.length === 0) problems.push(`${data.order} paid before its key was sold`);
        holds.set(data.hold, 0n);
        order(data.order).captured += BigInt(data.amount);
        wallets.set(id, { posted: wallet.posted - BigInt(data.amount), held: wallet.held - held });
        break;
      }
      case 'FundsReleased': {
        const held = holds.get(data.hold) ?? 0n;
        if (held !== BigInt(data.amount))
          problems.push(`${data.hold}: ${held} held, ${data.amount} released`);
        holds.set(data.hold, 0n);
        wallets.set(id, { ...wallet, held: wallet.held - held });
        break;
      }
      case 'FundsCredited':
        once(data.operation);
        wallets.set(id, { ...wallet, posted: wallet.posted + BigInt(data.amount) });
        break;
      case 'FundsDebited':
        once(data.operation);
        wallets.set(id, { ...wallet, posted: wallet.posted - BigInt(data.amount) });
        break;
      case 'OrderClaimed':
        order(id).price = loadMoney(data.lines[0].facts.price).amountMinor;
        order(id).hold = data.hold;
        order(id).status = 'claimed';
        break;
      case 'OrderConfirmed':
        if (order(id).captured === 0n) problems.push(`${id} confirmed before it was paid`);
        if (order(id).confirmed) problems.push(`${id} confirmed twice`);
        order(id).confirmed = data.units.map(
          (unit: { lot: number; slot: number }) => `kf.lot-${unit.lot}/${unit.slot}`,
        );
        order(id).status = 'confirmed';
        break;
      case 'ReplacementClaimed':
        if (order(id).status !== 'confirmed') problems.push(`${id} replaces a key while ${order(id).status}`);
        order(id).status = 'replacing';
        order(id).replacing = `kf.lot-${data.faulty.lot}/${data.faulty.slot}`;
        break;
      case 'ReplacementRefused':
        order(id).status = 'confirmed';
        order(id).replacing = null;
        break;
      case 'KeyReplaced': {
        const facts = order(id);
        const faulty = facts.replacing ?? '';
        if (slots.get(faulty) !== 'quarantined') problems.push(`${faulty} is ${slots.get(faulty)}, replaced`);
        facts.sold.splice(0, facts.sold.length, ...facts.sold.filter((slot) => slot !== faulty));
        facts.confirmed = [`kf.lot-${data.unit.lot}/${data.unit.slot}`];
        facts.status = 'confirmed';
        facts.replacing = null;
        break;
      }
      case 'OrderRefused':
        order(id).status = 'refused';
        break;
      default:
        break;
    }
    const after = wallets.get(id);
    const low = after && options.floorMinor !== null && after.posted - after.held < options.floorMinor;
    if (low && type === 'FundsHeld') problems.push(`${id} fell below its limit`);
  }

  for (const [id, facts] of orders) {
    if (facts.sold.length > (facts.replacing ? 2 : 1)) problems.push(`${id} got ${facts.sold.length} keys`);
    if (!options.finished) continue;
    if (facts.status === 'claimed' || facts.replacing) problems.push(`${id} is stuck`);
    const paid = facts.confirmed ? facts.price : 0n;
    if (facts.captured !== paid) problems.push(`${id} paid ${facts.captured} of ${paid}`);
    if (facts.sold.join() !== (facts.confirmed ?? []).join()) {
      problems.push(`${id} sold ${facts.sold.join()} and confirmed ${facts.confirmed?.join() ?? 'nothing'}`);
    }
  }
  if (options.finished) {
    for (const [id, wallet] of wallets) if (wallet.held !== 0n) problems.push(`${id} holds ${wallet.held}`);
    for (const [slot, state] of slots) if (state.startsWith('reserved')) problems.push(`${slot} is ${state}`);
  }
  return problems;
}

function parse(event: RecordedEvent): AuditEvent {
  return { stream: event.stream, type: event.type, data: JSON.parse(event.data.toString('utf8')) };
}
