import type { IBufferCell, Terminal } from '@xterm/headless';

const CELL = { width: 8.4, height: 18 } as const;
const MARGIN = 14;
const FONT_SIZE = 14;
const BACKGROUND = '#1b1e26';
const FOREGROUND = '#d7dae0';

/** The sixteen colors of a terminal, legible on the background. */
const PALETTE = [
  ...['#3b4048', '#e8707a', '#8fca7a', '#e5c07b', '#6cb2f7', '#c98ae0', '#5cc5d0', '#d7dae0'],
  ...['#8a919e', '#f08a92', '#a6dc92', '#f0d396', '#8cc4fa', '#d8a3ea', '#7fd6df', '#ffffff'],
];

/** Cells side by side that look the same. */
interface Run {
  readonly column: number;
  readonly style: string;
  text: string;
}

/** What a terminal shows, as a picture of text: the same bytes for the same screen. */
export function svgOf(terminal: Terminal, title: string): string {
  const width = Math.ceil(terminal.cols * CELL.width + 2 * MARGIN);
  const { active } = terminal.buffer;
  const lines = Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.viewportY + row);
    const cells = Array.from({ length: terminal.cols }, (_, column) => line?.getCell(column));
    return runsOf(cells).map((run) => textOf(run, row));
  });
  const rows = lines.findLastIndex((line) => line.length > 0) + 1;
  const height = rows * CELL.height + 2 * MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" xml:space="preserve">
${lines.flat().join('\n')}
</g>
</svg>
`;
}

function runsOf(cells: readonly (IBufferCell | undefined)[]): Run[] {
  const runs: Run[] = [];
  for (const [column, cell] of cells.entries()) {
    const text = cell?.getChars() ?? '';
    if (cell === undefined || text === '' || text === ' ') {
      // A space within a run belongs to it; one between runs is nothing.
      const last = runs.at(-1);
      if (last?.text.endsWith(' ') === false && last.column + last.text.length === column) last.text += ' ';
      continue;
    }
    const style = styleOf(cell);
    const last = runs.at(-1);
    // Signs beyond ASCII may come from another font with another width: each stands in its own place.
    const joins = /^[ -~]+$/.test(text) && last?.style === style && /^[ -~]+$/.test(last.text);
    if (joins && last.column + last.text.length === column) last.text += text;
    else runs.push({ column, style, text });
  }
  return runs;
}

function styleOf(cell: IBufferCell): string {
  const color = cell.isFgPalette() ? (PALETTE[cell.getFgColor()] ?? FOREGROUND) : FOREGROUND;
  const bold = cell.isBold() === 0 ? '' : ' font-weight="bold"';
  const dim = cell.isDim() === 0 ? '' : ' opacity="0.6"';
  return `fill="${color}"${bold}${dim}`;
}

function textOf({ column, style, text }: Run, row: number): string {
  const shown = text.trimEnd();
  const x = (MARGIN + column * CELL.width).toFixed(1);
  const y = MARGIN + row * CELL.height + FONT_SIZE;
  const width = (shown.length * CELL.width).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${width}" ${style}>${escaped(shown)}</text>`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
