import Elk, { type ElkEdgeSection, type ElkExtendedEdge, type ElkLabel, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { SUBNET_MEANING } from '../network/graph.ts';
import { type Html, markup } from './html.ts';
import type { Box, Connection, Group, Picture } from './picture.ts';

/** Widths of letters are guessed: no font is known here. These are of a wide one. */
const WIDTH = { title: 9.4, line: 7.1, label: 7.3 };
const LINE_HEIGHT = 15;
const TITLE_HEIGHT = 22;
const PADDING = 12;
const CHIP = 18;
const HEADER_LINE = 16;
/** How far the lid of a drum bends. */
const BOW = 6;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
} as const;

const TIGHT = {
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '10',
  'elk.spacing.edgeEdge': '8',
} as const;

/** Who is called on one port by several has one place where they all arrive. */
const portOf = ({ to, label }: Connection) => `${to}:${label}`;

const inner = (top: number) => ({ 'elk.padding': `[top=${top},left=18,bottom=18,right=18]` });

/** What is written at the top of a kind of subnets: a box alone is narrower than its subnets side by side. */
function headerOf({ kind, subnets, boxes }: Group): string[] {
  const each = subnets.map(({ zone, cidr }) => `${zone} ${cidr}`);
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} subnets`;
  return [title, SUBNET_MEANING[kind], ...(boxes.length > 1 ? [each.join('  ')] : each)];
}

function boxNode({ id, title, lines, zones, kind }: Box, connections: readonly Connection[]): ElkNode {
  const first = title.length * WIDTH.title + zones.length * CHIP + 8;
  const ports = new Set(connections.filter(({ to }) => to === id).map(portOf));
  return {
    id,
    width: 2 * PADDING + Math.max(first, ...lines.map((line) => line.length * WIDTH.line)),
    height: 2 * PADDING - 4 + TITLE_HEIGHT + lines.length * LINE_HEIGHT + (kind === 'store' ? 2 * BOW : 0),
    ports: [...ports].map((port) => ({ id: port, layoutOptions: { 'elk.port.side': 'NORTH' } })),
    layoutOptions: { 'elk.portConstraints': 'FIXED_SIDE' },
  };
}

const groupNode = (group: Group, connections: readonly Connection[]): ElkNode => ({
  id: group.kind,
  children: group.boxes.map((box) => boxNode(box, connections)),
  layoutOptions: inner(26 + headerOf(group).length * HEADER_LINE),
});

function graphOf(picture: Picture, isNarrow: boolean): ElkNode {
  const { outside, groups, connections } = picture;
  const children = groups.map((group) => groupNode(group, connections));
  const arrows = connections.map((connection, index) => {
    const isFirst = connections.findIndex((other) => portOf(other) === portOf(connection)) === index;
    const labels = isFirst ? [labelOf(connection)] : [];
    return { id: `${ARROW}${index}`, sources: [connection.from], targets: [portOf(connection)], labels };
  });
  return {
    id: 'root',
    layoutOptions: { ...OPTIONS, ...(isNarrow ? TIGHT : {}), 'elk.padding': '[top=2,left=2,bottom=2,right=2]' },
    children: [...outside.map((box) => boxNode(box, connections)), { id: 'vpc', layoutOptions: inner(44), children }],
    edges: [...arrows, ...(isNarrow ? stacking(picture) : [])],
  };
}

const ARROW = 'arrow';

/** Edges that nobody sees: they put no more than two boxes of a group side by side, and stores above what leads out. */
function stacking({ groups, connections }: Picture): ElkExtendedEdge[] {
  const depth = (id: string): number =>
    Math.max(0, ...connections.filter(({ to }) => to === id).map(({ from }) => depth(from) + 1));
  const rows = groups.map(({ boxes }) => boxes.map(({ id }) => id).sort((a, b) => depth(a) - depth(b)));
  const boxesOf = (kind: Group['kind']) => groups.find((group) => group.kind === kind)?.boxes ?? [];
  const pairs = [
    ...rows.flatMap((ids) => ids.slice(2).map((id, index) => [ids[index] ?? id, id] as const)),
    ...boxesOf('isolated').flatMap(({ id }) => boxesOf('public').map((below) => [id, below.id] as const)),
  ];
  return pairs.map(([above, below], index) => ({ id: `stack${index}`, sources: [above], targets: [below] }));
}

const labelOf = ({ label }: Connection) => ({
  text: label,
  width: label.length * WIDTH.label + 4,
  height: 14,
  layoutOptions: { 'elk.edgeLabels.placement': 'HEAD' },
});

/** How large a drawing is on the screen: a narrow one is to be seen whole rather than read from afar. */
const SCALE = { wide: 1, narrow: 0.74 };

/** Lays the picture out and draws it, for a wide screen or for a narrow one. */
export async function drawn(picture: Picture, name: string, form: keyof typeof SCALE): Promise<Html> {
  const placed = await new Elk.default().layout(graphOf(picture, form === 'narrow'));
  const shapes = new Map(shapesIn(placed).map((shape) => [shape.id, shape]));
  const [width, height] = [Math.ceil(placed.width ?? 0), Math.ceil(placed.height ?? 0)];
  const [shownWidth, shownHeight] = [at(width * SCALE[form]), at(height * SCALE[form])];
  const { groups, zones } = picture;
  const arrows = (placed.edges ?? []).filter(({ id }) => id.startsWith(ARROW));
  const boxes = [...picture.outside, ...groups.flatMap((group) => group.boxes)];
  return markup`<svg class="picture ${form}" role="img" aria-labelledby="${form}-title ${form}-text" viewBox="0 0 ${width} ${height}" width="${shownWidth}" height="${shownHeight}">
<title id="${form}-title">Architecture of ${name}</title>
<desc id="${form}-text">Who calls whom on which port. The table below the drawing says the same.</desc>
<defs><marker id="${form}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
${['vpc', ...groups.map(({ kind }) => kind)].map((id) => frame(shapes.get(id), id))}
${arrows.map(({ sections = [], labels = [] }) => edge(sections, labels[0], form))}
${header(shapes.get('vpc'), [`VPC ${picture.cidr}`, `zone${zones.length === 1 ? '' : 's'} ${zones.join(', ')}`])}
${groups.map((group) => header(shapes.get(group.kind), headerOf(group)))}
${boxes.map((box) => drawnBox(box, shapes.get(box.id)))}
</svg>`;
}

const shapesIn = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(shapesIn)];

const at = (value: number | undefined) => Math.round((value ?? 0) * 10) / 10;

/** Where a shape is, rounded: the bytes of a page are not those of a processor. */
const placeOf = (shape: ElkNode | undefined) =>
  [at(shape?.x), at(shape?.y), at(shape?.width), at(shape?.height)] as const;

function frame(shape: ElkNode | undefined, kind: string): Html {
  const [x, y, width, height] = placeOf(shape);
  return markup`<rect class="frame ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>\n`;
}

/** Written over the arrows that pass, which make room for it. */
function header(shape: ElkNode | undefined, lines: readonly string[]): Html[] {
  const [x, y] = placeOf(shape);
  return lines.map((line, index) => {
    const style = index === 0 ? 'header title' : 'header';
    return markup`<text class="${style}" x="${at(x + 14)}" y="${at(y + 22 + index * HEADER_LINE)}">${line}</text>\n`;
  });
}

function edge([section]: readonly ElkEdgeSection[], label: ElkLabel | undefined, form: string): Html | undefined {
  if (section === undefined) return undefined;
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
  const [x, y] = [at((label?.x ?? 0) + 2), at((label?.y ?? 0) + 11)];
  const text = label === undefined ? undefined : markup`<text x="${x}" y="${y}">${label.text}</text>`;
  return markup`<g class="edge"><path d="${path}" marker-end="url(#${form}-head)"/>${text}</g>\n`;
}

function drawnBox({ title, lines, kind, zones }: Box, shape: ElkNode | undefined): Html {
  const [x, y, width, height] = placeOf(shape);
  const top = y + (kind === 'store' ? BOW + 3 : 0);
  const text = (style: string, left: number, line: number, words: string) =>
    markup`<text class="${style}" x="${at(left)}" y="${at(top + line)}">${words}</text>`;
  const chips = zones.map((zone, index) => {
    const left = x + width - 8 - (zones.length - index) * CHIP;
    const rect = markup`<rect x="${at(left)}" y="${at(top + 9)}" width="15" height="15" rx="3"/>`;
    return markup`<g class="zone">${rect}${text('letter', left + 7.5, 20, zone)}</g>`;
  });
  const facts = lines.map((line, index) => text('fact', x + PADDING, 39 + index * LINE_HEIGHT, line));
  return markup`<g class="box ${kind}">${outline(kind, x, y, width, height)}
${text('title', x + PADDING, 21, title)}${facts}${chips}</g>\n`;
}

/** What keeps data has the shape of a drum. */
function outline(kind: Box['kind'], x: number, y: number, width: number, height: number): Html {
  if (kind !== 'store') return markup`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
  const arc = (sweep: number, dx: number) => `a${at(width / 2)} ${BOW} 0 0 ${sweep} ${dx} 0`;
  const start = `M${x} ${at(y + BOW)}`;
  return markup`<path d="${start}${arc(1, width)}v${at(height - 2 * BOW)}${arc(1, -width)}z"/><path class="rim" d="${start}${arc(0, width)}"/>`;
}
