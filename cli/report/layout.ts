import Elk, { type ElkEdgeSection, type ElkLabel, type ElkNode } from 'elkjs/lib/elk.bundled.js';
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
  'elk.layered.layering.strategy': 'COFFMAN_GRAHAM',
  'elk.layered.layering.coffmanGraham.layerBound': '2',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
} as const;

/** Who is called on one port by several has one place where they all arrive. */
const portOf = ({ to, label }: Connection) => `${to}:${label}`;

const inner = (top: number) => ({ 'elk.padding': `[top=${top},left=18,bottom=18,right=18]` });

/** What is written at the top of a kind of subnets. */
const headerOf = ({ kind, subnets }: Group) => [
  `${kind.charAt(0).toUpperCase()}${kind.slice(1)} subnets`,
  SUBNET_MEANING[kind],
  subnets.map(({ zone, cidr }) => `${zone} ${cidr}`).join('  '),
];

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

function groupNode(group: Group, connections: readonly Connection[]): ElkNode {
  const header = headerOf(group);
  const width = Math.ceil(Math.max(...header.map(({ length }) => length)) * WIDTH.line) + 40;
  return {
    id: group.kind,
    children: group.boxes.map((box) => boxNode(box, connections)),
    layoutOptions: {
      ...inner(26 + header.length * HEADER_LINE),
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, 60)`,
    },
  };
}

function graphOf({ outside, groups, connections }: Picture): ElkNode {
  const children = groups.map((group) => groupNode(group, connections));
  return {
    id: 'root',
    layoutOptions: { ...OPTIONS, ...inner(8) },
    children: [...outside.map((box) => boxNode(box, connections)), { id: 'vpc', layoutOptions: inner(44), children }],
    edges: connections.map((connection, index) => {
      const isFirst = connections.findIndex((other) => portOf(other) === portOf(connection)) === index;
      const labels = isFirst ? [labelOf(connection)] : [];
      return { id: `edge${index}`, sources: [connection.from], targets: [portOf(connection)], labels };
    }),
  };
}

const labelOf = ({ label }: Connection) => ({
  text: label,
  width: label.length * WIDTH.label + 4,
  height: 14,
  layoutOptions: { 'elk.edgeLabels.placement': 'HEAD' },
});

/** Lays the picture out and draws it. */
export async function drawn(picture: Picture, name: string): Promise<Html> {
  const placed = await new Elk.default().layout(graphOf(picture));
  const shapes = new Map(shapesIn(placed).map((shape) => [shape.id, shape]));
  const [width, height] = [Math.ceil(placed.width ?? 0), Math.ceil(placed.height ?? 0)];
  const { groups, zones } = picture;
  const boxes = [...picture.outside, ...groups.flatMap((group) => group.boxes)];
  return markup`<svg class="picture" role="img" aria-labelledby="picture-title picture-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="picture-title">Architecture of ${name}</title>
<desc id="picture-text">Who calls whom on which port. The table below the drawing says the same.</desc>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
${['vpc', ...groups.map(({ kind }) => kind)].map((id) => frame(shapes.get(id), id))}
${(placed.edges ?? []).map(({ sections = [], labels = [] }) => edge(sections, labels[0]))}
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

function edge([section]: readonly ElkEdgeSection[], label: ElkLabel | undefined): Html | undefined {
  if (section === undefined) return undefined;
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
  const [x, y] = [at((label?.x ?? 0) + 2), at((label?.y ?? 0) + 11)];
  const text = label === undefined ? undefined : markup`<text x="${x}" y="${y}">${label.text}</text>`;
  return markup`<g class="edge"><path d="${path}" marker-end="url(#arrow)"/>${text}</g>\n`;
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
