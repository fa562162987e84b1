// The process of the `worker` pods: carries out the job that each change asks for.
import { createServer } from 'node:http';
import { runProcess } from './process.ts';
import { settingsFrom } from './settings.ts';
import { startWorker } from './worker-loop.ts';

runProcess(async () => {
  const settings = settingsFrom(process.env);
  const worker = startWorker(settings);
  const answers: Record<string, () => boolean> = { '/live': () => worker.isAlive(), '/ready': () => worker.isReady() };
  const server = createServer((request, response) => {
    const status = answers[request.url ?? '']?.() ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status, ...settings.identity }));
  });
  server.listen(settings.port, '0.0.0.0');
  return {
    async stop() {
      server.close();
      await worker.stop();
    },
  };
});
