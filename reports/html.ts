import { escape } from './text.ts';

/** Markup that is already safe; only `html` makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** Builds markup; everything interpolated is escaped unless `html` made it. Arrays are joined; null, undefined and false vanish. */
export function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  return new Html(parts.reduce((sum, part, at) => sum + rendered(values[at - 1]) + part));
}

/** Takes markup of our own making (static SVG, style sheets) as it is; never give it text from a record. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function rendered(value: unknown): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(rendered).join('');
  return escape(value);
}

type Column<Row> = { head: string; cell: (row: Row) => unknown; numeric?: boolean };

/** A table that scrolls sideways in itself when the page is too narrow. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], caption?: string): Html {
  const side = (column: Column<Row>) => (column.numeric ? 'number' : 'text');
  return html`<div class="scroll"><table>${caption ? html`<caption>${caption}</caption>` : null}
<thead><tr>${columns.map((column) => html`<th scope="col" class="${side(column)}">${column.head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column) => html`<td class="${side(column)}">${column.cell(row)}</td>`)}</tr>\n`)}</tbody></table></div>`;
}
