/** A mapping of a template. */
export type Node = Readonly<Record<string, unknown>>;

/** Marks what `AWS::NoValue` takes away. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** What the functions of a template may look up. */
export interface Scope {
  readonly values: ReadonlyMap<string, unknown>;
  readonly mappings: unknown;
  readonly conditions: Node;
  readonly region: string;
}

export function findInMap(mappings: unknown, [map, first, second, otherwise]: readonly unknown[]): unknown {
  let found = mappings;
  for (const key of [map, first, second])
    found = typeof found === 'object' && found !== null ? (found as Node)[String(key)] : undefined;
  return found ?? (otherwise as Node | undefined)?.['DefaultValue'];
}

export function select([index, list]: readonly unknown[]): unknown {
  return Array.isArray(list) ? list[Number(index)] : undefined;
}

export function split([separator, text]: readonly unknown[]): unknown {
  return typeof text === 'string' ? text.split(String(separator)) : undefined;
}

/** Puts known variables into a text, `&{name}` without anything but letters and digits. */
export function substitute(text: string, variables: Node): string {
  return text.replace(/([$&])\{([\w:]+)\}/g, (whole, kind: string, name: string) => {
    const value = variables[name];
    if (typeof value !== 'string' && typeof value !== 'number') return whole;
    return kind === '&' ? String(value).replace(/[^A-Za-z0-9]/g, '') : String(value);
  });
}
