import { join } from 'node:path';
import { build } from 'esbuild';

/** The files that an image of the platform holds beside Node. */
export interface PlatformBundle {
  api: string;
  worker: string;
}

/** Bundles the API and the worker into one file each, `api.js` and `worker.js`, that needs nothing but Node 24. */
export async function bundlePlatform(outDir: string): Promise<PlatformBundle> {
  await build({
    entryPoints: ['api.ts', 'worker.ts'].map((file) => join(import.meta.dirname, file)),
    outdir: outDir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Loaded by the driver only where it is installed, or only on another platform than Node.
    external: ['pg-native', 'pg-cloudflare'],
    legalComments: 'none',
    logLevel: 'error',
  });
  return { api: join(outDir, 'api.js'), worker: join(outDir, 'worker.js') };
}
