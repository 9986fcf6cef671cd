// Which layers the engine has, told from its images.
import type Docker from 'dockerode';
import { unavailable, unlessAnswered } from './engine-error.ts';

/** Of an engine with more images some layers are taken for missing. */
const MAX_IMAGES = 300;
const AT_ONCE = 8;
const CONTAINERD = 'io.containerd.snapshotter.v1';

export interface LocalLayers {
  /** Whether the layer at `index` of an image with these diff ids need not be fetched. */
  isHere(diffIds: readonly string[], index: number): boolean;
}

/** Rejects with `EngineUnavailable` alone. */
export async function readLocalLayers(docker: Docker): Promise<LocalLayers> {
  try {
    const [images, info] = await Promise.all([docker.listImages({ all: false }), docker.info()]);
    const ids = [...new Set(images.map(({ Id }) => Id))].slice(0, MAX_IMAGES);
    const chains: (readonly string[])[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      chains.push(...(await Promise.all(some.map((id) => layersOf(docker, id)))));
    }
    return layersIn(chains, isContainerd(info));
  } catch (error) {
    throw unavailable(error);
  }
}

/**
 * An engine's own store knows a layer by all that are below it; containerd's has each by itself. `chains`: the layers of each
 * image, the lowest first.
 */
export function layersIn(chains: readonly (readonly string[])[], isEachByItself: boolean): LocalLayers {
  const known = new Set(chains.flatMap((chain) => chain.map((_, index) => nameOf(chain, index))));
  return { isHere: (diffIds, index) => known.has(nameOf(diffIds, index)) };

  function nameOf(chain: readonly string[], index: number): string {
    return isEachByItself ? (chain[index] ?? '') : chain.slice(0, index + 1).join(' ');
  }
}

/** One that was removed meanwhile has none. */
async function layersOf(docker: Docker, id: string): Promise<readonly string[]> {
  const info = await unlessAnswered(docker.getImage(id).inspect());
  return info?.RootFS.Layers ?? [];
}

function isContainerd({ DriverStatus: status }: { readonly DriverStatus?: unknown }): boolean {
  return Array.isArray(status) && status.some((row: unknown) => Array.isArray(row) && row[1] === CONTAINERD);
}
