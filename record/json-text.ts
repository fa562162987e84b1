/* What is between the texts of JSON that was parsed already: texts, brackets, commas, colons, and everything else. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gu;

/** What is wrong with the text of JSON that a parser takes all the same: no Unicode, a key twice, or one that every object inherits; undefined: nothing. */
export function textProblem(json: string): string | undefined {
  return surrogateProblem(json) ?? keyProblem(json);
}

/* Surrogates that stand alone are written with an escape: as UTF-8 they are none. */
function surrogateProblem(json: string): string | undefined {
  if (!/\\u[dD][89a-fA-F]/u.test(json)) return undefined;
  let strange: string | undefined;
  JSON.parse(json, (key, value: unknown) => {
    if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) strange ??= key.toWellFormed();
    return value;
  });
  return strange === undefined ? undefined : `${strange}: expected Unicode text, but a surrogate stands alone`;
}

function keyProblem(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let keyFollows = false;
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined);
    if (token === '}' || token === ']') open.pop();
    const keys = open.at(-1);
    if (keyFollows && keys !== undefined && token.startsWith('"')) {
      const key = JSON.parse(token) as string;
      if (key === '__proto__') return `${key}: expected another name: this one is no field's own`;
      if (keys.has(key)) return `${key}: duplicate key: it stands twice in one object`;
      keys.add(key);
    }
    keyFollows = token === '{' || (token === ',' && keys !== undefined);
  }
  return undefined;
}

/** The keys and values of one object as they stand in its JSON, in their order; undefined where a value is an object itself. */
export function flatEntries(json: string): { before: string; key: string; value: string }[] | undefined {
  const entries: { before: string; key: string; value: string }[] = [];
  const pair = /([\s{,]*)"([A-Za-z]+)"(\s*:\s*)("[^"\\]*(?:\\.[^"\\]*)*"|\[[^{}[\]]*\]|[^\s{}[\],"]+)/uy;
  for (let match = pair.exec(json); match !== null; match = pair.exec(json)) {
    const [, before = '', key = '', colon = '', value = ''] = match;
    entries.push({ before: `${before}"${key}"${colon}`, key, value });
    if (/^\s*\}$/u.test(json.slice(pair.lastIndex))) return entries;
  }
  return undefined;
}
