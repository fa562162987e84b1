import { daemonChoices, hostChoices } from './choices-hosts.ts';
import { databaseChoices } from './choices-database.ts';
import { networkChoices } from './choices-network.ts';
import { siteChoices } from './choices-sites.ts';
import type { Choice } from './drawn.ts';

/** What schedules of the recommended pattern are drawn from: every fault of the catalogue that does something. Another order gives every seed other schedules. */
export const choices: readonly Choice[] = [...hostChoices, ...networkChoices, ...daemonChoices, ...siteChoices, ...databaseChoices];

/** Faults that take the place of another, on the same link and with the same claims, every second time. They are drawn last: seeds keep the schedules that they had before. */
export const alternatives: Readonly<Record<string, string>> = { refuse: 'forget-connections' };
