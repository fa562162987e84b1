import { parseHTML } from 'linkedom';
import { escape } from './text.ts';

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Where static charts are drawn; Plot takes it as its document. */
export const document: unknown = (parseHTML as (page: string) => { document: unknown })(
  '<!doctype html><html><body></body></html>',
).document;

/** As much of a DOM node as drawing and writing it needs. */
export type SvgNode = {
  nodeType: number;
  localName: string;
  textContent: string;
  childNodes: Iterable<SvgNode>;
  attributes: Iterable<{ name: string; value: string }>;
  setAttribute(name: string, value: string): void;
  append(...nodes: SvgNode[]): void;
  remove(): void;
  querySelectorAll(selector: string): Iterable<SvgNode>;
};

type Attributes = Record<string, string | number>;

/** A new element; children given as strings become text. */
export function element(name: string, attributes: Attributes = {}, children: readonly (SvgNode | string)[] = []): SvgNode {
  const node = (document as { createElementNS(namespace: string, name: string): SvgNode }).createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, typeof value === 'number' ? round(value) : value);
  for (const child of children) node.append(typeof child === 'string' ? textNode(child) : child);
  return node;
}

/** A line of text; `x`, `y` in px at its baseline. */
export function label(x: number, y: number, words: string, attributes: Attributes = {}): SvgNode {
  return element('text', { x, y, ...attributes }, [words]);
}

/** Width of a text in px, roughly: static charts cannot measure. */
export function textWidth(words: string, sizePx = 11): number {
  const wide = words.replace(/[^A-Zmw%…]/g, '').length;
  const narrow = words.replace(/[^ ijlftr.,:;'|()]/g, '').length;
  return (Array.from(words).length * 0.6 + wide * 0.16 - narrow * 0.24) * sizePx;
}

/** The first of several wordings that fits into `widthPx`; empty when none does. */
export function fitting(wordings: readonly string[], widthPx: number): string {
  return wordings.find((words) => textWidth(words) <= widthPx) ?? '';
}

/** Well-formed XML of a node, everything escaped by ourselves: text from a record passes through here. */
export function serialized(node: SvgNode): string {
  if (node.nodeType === 3) return escape(node.textContent);
  if (node.nodeType !== 1) return '';
  /* linkedom lists the last one set first. */
  const attributes = [...node.attributes]
    .reverse()
    .map(({ name, value }) => ` ${name}="${name === 'd' ? value : escape(value)}"`)
    .join('');
  /* Our own style sheet holds nothing from a record, and must not be cut to the length of a label. */
  const children = node.localName === 'style' ? node.textContent : [...node.childNodes].map(serialized).join('');
  return children === '' ? `<${node.localName}${attributes}/>` : `<${node.localName}${attributes}>${children}</${node.localName}>`;
}

function textNode(words: string): SvgNode {
  return (document as { createTextNode(words: string): SvgNode }).createTextNode(words);
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
