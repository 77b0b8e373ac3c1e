import { PROJECTIONS } from '../../../projections/all.js';
import { MANIFEST_KEY, type Manifest, ReadModels } from '../../platform/projections/read-models.js';
import type { OnProgress, RebuildProgress } from '../../platform/projections/rebuild.js';
import type { RunningApp } from '../start.js';
import {
  OperationRefused,
  type OperationTypes,
  type Progress,
  type ProjectionsCompared,
} from './operation-types.js';

type Emit = (progress: Progress) => void;

/** The read models, and how far they are. */
export async function listProjections({
  app,
  engines,
  runtime,
}: RunningApp): Promise<OperationTypes['projections-list']['result']> {
  const manifest = (await engines.documents.readCheckpoint(MANIFEST_KEY)) as Manifest | null;
  const models = app.get(ReadModels);
  const status = await runtime.projections.status();
  const projections = [];
  for (const { name, version } of PROJECTIONS) {
    const collection = manifest?.collections[name] ?? null;
    const documents = collection ? await models.count(name) : 0;
    const isFoldedAnew = status.rebuilding.some(({ projections: folded }) => folded.includes(name));
    projections.push({ name, version, collection, documents, isFoldedAnew });
  }
  const { position, head, lagEvents, lagSeconds } = status;
  return { position: position.toString(), head: head.toString(), lagEvents, lagSeconds, projections };
}

/** Folds one read model anew, or all of them in one pass, and swaps them in. */
export async function rebuildProjections(
  { runtime }: RunningApp,
  name: string | null,
  emit: Emit,
): Promise<OperationTypes['projections-rebuild']['result']> {
  const startedAt = performance.now();
  const names = named(name);
  const show = shown(emit);
  let events = 0;
  await runtime.projections.rebuild(names, (progress) => {
    events = progress.events;
    show(progress);
  });
  return { projections: names, events, seconds: secondsFrom(startedAt) };
}

/** Folds one read model, or each of them, anew and compares it with what is read. */
export async function verifyProjections(
  { runtime }: RunningApp,
  name: string | null,
  emit: Emit,
): Promise<ProjectionsCompared> {
  const startedAt = performance.now();
  const projections = [];
  for (const one of named(name)) projections.push(await runtime.projections.verify(one, shown(emit)));
  return { projections, seconds: secondsFrom(startedAt) };
}

function named(name: string | null): readonly string[] {
  const names = PROJECTIONS.map((one) => one.name);
  if (name === null) return names;
  if (names.includes(name)) return [name];
  throw new OperationRefused(`there is no read model ${name}; there are ${names.join(', ')}`);
}

const secondsFrom = (startedAt: number): number => (performance.now() - startedAt) / 1000;

/** Shows a fold as a bar with its rate. */
function shown(emit: Emit): OnProgress {
  const startedAt = performance.now();
  return ({ projections, position, head, events, compared }: RebuildProgress) => {
    const rate = Math.round(events / Math.max(secondsFrom(startedAt), 0.001));
    const detail = compared === undefined ? `${events} events, ${rate}/s` : `${compared} documents compared`;
    const [first, ...others] = projections;
    const stage = others.length > 0 ? `${projections.length} read models` : first!;
    emit({ stage, done: Number(position), total: Number(head), detail });
  };
}
