// The process of the `api` pods: the HTTP interface of the reference platform, shaped like MintPress.
import { runProcess } from './process.ts';
import { startApi } from './server.ts';
import { settingsFrom } from './settings.ts';

runProcess(async () => startApi(settingsFrom(process.env)));
