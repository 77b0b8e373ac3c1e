import type { Surface, SurfaceName } from './surface.js';

/** The path of a request target: without the query, and without scheme and authority where a proxy sent them along. */
export function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = path.search(/[?#]/);
  return (end === -1 ? path : path.slice(0, end)) || '/';
}

/** Host name in lower case, without port and final dot. */
export const hostName = (host: string): string => host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');

const isBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');

/** Finds the surface of a request, by its host name first and by its path else. */
export class SurfaceRouter {
  private readonly byPath: readonly (readonly [prefix: string, surface: Surface])[];
  private readonly byHost: ReadonlyMap<string, Surface>;

  /** @param hosts host names (lower case) that belong to one surface; those of unknown surfaces count for nothing. */
  constructor(surfaces: readonly Surface[], hosts: ReadonlyMap<string, SurfaceName>) {
    this.byPath = surfaces
      .flatMap((surface) => surface.paths.map((path) => [path, surface] as const))
      .sort(([a], [b]) => b.length - a.length);
    const byName = new Map(surfaces.map((surface) => [surface.name, surface]));
    this.byHost = new Map(
      [...hosts].flatMap(([host, name]) => {
        const surface = byName.get(name);
        return surface ? [[host, surface] as const] : [];
      }),
    );
  }

  /** Whether any host name is configured: without one no request needs rewriting. */
  get hasHosts(): boolean {
    return this.byHost.size > 0;
  }

  surfaceOf(path: string, host: string): Surface | null {
    return (
      this.byHost.get(hostName(host)) ?? this.byPath.find(([prefix]) => isBelow(path, prefix))?.[1] ?? null
    );
  }

  /**
   * The request target under the prefix of the host's surface, so that a client changes nothing but its base URL.
   * A path that has the prefix already stays as it is.
   */
  rewrite(target: string, host: string): string {
    const prefix = this.byHost.get(hostName(host))?.hostPrefix;
    if (!prefix || !target.startsWith('/') || isBelow(pathOf(target), prefix)) return target;
    return prefix + target;
  }
}
