import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the load script into one file that k6 can run; k6 resolves no packages and no `.ts` imports itself. */
export async function bundleLoad(outFile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('script.ts', import.meta.url))],
    outfile: outFile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2020',
    external: ['k6', 'k6/*'],
    logLevel: 'silent',
  });
}
