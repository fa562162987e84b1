/** A request as the stand-in for the platform sees it. */
export interface Asked {
  method: string;
  url: URL;
  body: string;
}

/** Status and fields of an answer. */
export type Said = [status: number, fields: Record<string, unknown>];

/** Elements and projects in memory, and answers about them as the real platform gives them. */
export class LoopbackStore {
  /** ids in the order in which they were stored; a cursor is a place in it */
  readonly elements: string[] = [];
  readonly projects = new Map<string, { version: number; value: string }>();
  readonly #known = new Set<string>();

  /** Carries a request out. */
  answerTo({ method, url, body }: Asked): Said {
    const [, , collection, key = ''] = decodeURIComponent(url.pathname).split('/');
    if (method === 'POST') return this.#add(JSON.parse(body) as { id: string });
    if (method === 'PUT') return this.#put(key, JSON.parse(body) as { version: number; value: string });
    if (collection === 'projects') return found(this.projects.has(key), this.projects.get(key));
    if (key === 'lookup') return this.#lookUp(url.searchParams);
    if (key !== '') return found(this.#known.has(key), { value: null });
    return this.#page(url.searchParams);
  }

  #add({ id }: { id: string }): Said {
    const isNew = !this.#known.has(id);
    if (isNew) this.elements.push(id);
    this.#known.add(id);
    return [isNew ? 201 : 200, { xid: String(this.elements.length), lsn: `0/${hex(this.elements.length)}` }];
  }

  #put(key: string, project: { version: number; value: string }): Said {
    const stored = this.projects.get(key);
    if (stored && stored.version >= project.version) return [409, { error: 'version-conflict', storedVersion: stored.version }];
    this.projects.set(key, project);
    return [200, { ...project, xid: '1', lsn: `1/${hex(project.version)}` }];
  }

  #lookUp(asked: URLSearchParams): Said {
    const ids = (asked.get('ids') ?? '').split(',').filter((id) => this.#known.has(id));
    return [200, { changes: ids.map((id) => ({ id, xid: String(this.elements.indexOf(id) + 1) })) }];
  }

  #page(asked: URLSearchParams): Said {
    const from = Number((asked.get('after') ?? 'n0').slice(1));
    const ids = this.elements.slice(from, from + Number(asked.get('limit')));
    return [200, { items: ids.map((id) => ({ id, value: null })), next: `n${from + ids.length}` }];
  }
}

function found(isThere: boolean, fields: object | undefined): Said {
  return [isThere ? 200 : 404, { found: isThere, ...(isThere ? fields : {}) }];
}

function hex(number: number): string {
  return number.toString(16).toUpperCase();
}
