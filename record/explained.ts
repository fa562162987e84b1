import type { Finding } from './verdict-format.ts';

/** Whether another finding is the root of this one, and is at least as grave: then it is told under it, and is no alarm of its own. */
export function isExplained(finding: Finding, findings: readonly Finding[]): boolean {
  return rootOf(finding, findings) !== undefined;
}

/** The findings that this one explains: it stands for its class, the first of those that nothing else explains. */
export function explainedBy(finding: Finding, findings: readonly Finding[]): Finding[] {
  return findings.filter((other) => rootOf(other, findings) === finding);
}

function rootOf({ root, breaks }: Finding, findings: readonly Finding[]): Finding | undefined {
  if (root === undefined) return undefined;
  return findings.find((other) => other.class === root && other.root === undefined && (other.breaks || !breaks));
}
