import type { z } from 'zod';
import { DeploymentConfigSchema } from './schema.ts';
import { branchesOf, branchName, childOf, expectedAt, kindOf, unwrap, valuesOf } from './schema-tree.ts';
import type { Kind, ObjectSchema, Schema, Unwrapped } from './schema-tree.ts';

/** What holds of a key under one condition: `access.domainName` is needed with one `access.type`, optional with another. */
export interface Variant {
  /** Choices under which the key exists, such as `{ mode: 'ec2' }`; empty when it always does. */
  readonly when: Readonly<Record<string, unknown>>;
  readonly default: unknown;
  /** Whether it must be given, once its group is. */
  readonly required: boolean;
  readonly description: string;
}

/** One key that takes a value. */
export interface ConfigLeaf {
  readonly path: string;
  readonly kind: Exclude<Kind, 'group'>;
  /** What it takes, in words. */
  readonly expected: string;
  /** The values of a choice, or those that a list may hold. */
  readonly values: readonly (string | number)[];
  /** The optional group it belongs to, such as `network.existingVpc`. */
  readonly optionalGroup: string | undefined;
  readonly variants: readonly Variant[];
}

/** One key that holds others. */
export interface ConfigGroup {
  readonly path: string;
  readonly description: string;
}

interface ConfigTree {
  readonly leaves: readonly ConfigLeaf[];
  readonly groups: readonly ConfigGroup[];
}

interface Place {
  readonly path: string;
  readonly when: Readonly<Record<string, unknown>>;
  readonly optionalGroup: string | undefined;
  /** Default that the group around gives this key. */
  readonly fallback: unknown;
}

class Walk {
  readonly groups = new Map<string, ConfigGroup>();
  private readonly found = new Map<string, { leaf: Omit<ConfigLeaf, 'variants'>; variants: Variant[] }>();

  get leaves(): ConfigLeaf[] {
    return [...this.found.values()].map(({ leaf, variants }) => ({ ...leaf, variants }));
  }

  visit(schema: Schema, place: Place): void {
    const unwrapped = unwrap(schema);
    const branches = branchesOf(schema);
    if (branches === undefined) {
      this.addLeaf([schema], place, {
        required: !unwrapped.optional && unwrapped.fallback === undefined && place.fallback === undefined,
        description: unwrapped.description ?? '',
      });
      return;
    }
    if (place.path !== '') this.groups.set(place.path, { path: place.path, description: unwrapped.description ?? '' });
    const inside = { ...place, optionalGroup: unwrapped.optional ? place.path : place.optionalGroup };
    if (branches.discriminator !== undefined) {
      this.visitUnion(branches.objects, branches.discriminator, unwrapped, inside);
      return;
    }
    for (const object of branches.objects)
      for (const [key, schema] of Object.entries(object.shape)) this.visit(schema, child(inside, key, unwrapped));
  }

  private visitUnion(
    objects: readonly ObjectSchema[],
    discriminator: string,
    unwrapped: Unwrapped,
    place: Place,
  ): void {
    const selector = child(place, discriminator, unwrapped);
    this.addLeaf(
      objects.flatMap((object) => childOf(object, discriminator)),
      selector,
      {
        required: selector.fallback === undefined && !unwrapped.optional,
        description: objects
          .map(
            (object) =>
              `${String(branchName(object, discriminator))}: ${object.shape[discriminator]?.description ?? ''}`,
          )
          .join(' '),
      },
    );
    for (const object of objects) {
      for (const [key, schema] of Object.entries(object.shape)) {
        if (key === discriminator) continue;
        // A key that every branch shares is one key; the walk meets it in the first branch.
        const shared = objects.every(({ shape }) => shape[key] === schema);
        if (shared && object !== objects[0]) continue;
        const when = shared ? place.when : { ...place.when, [selector.path]: branchName(object, discriminator) };
        this.visit(schema, { ...child(place, key, unwrapped), when });
      }
    }
  }

  private addLeaf(schemas: readonly Schema[], place: Place, about: Pick<Variant, 'required' | 'description'>): void {
    const { path, optionalGroup, when } = place;
    const [schema] = schemas;
    const kind = schema === undefined ? 'group' : kindOf(schema);
    if (schema === undefined || kind === 'group') throw new Error(`${path} has a schema that the walk does not know`);
    const unwrapped = unwrap(schema);
    const item = kind === 'list' ? [(unwrapped.schema as z.ZodArray).element as Schema] : schemas;
    const values = [...new Set(item.flatMap(valuesOf))];
    const entry = this.found.get(path) ?? {
      leaf: { path, kind, expected: expectedAt(schemas), values, optionalGroup },
      variants: [],
    };
    entry.variants.push({ when, default: place.fallback ?? unwrapped.fallback, ...about });
    this.found.set(path, entry);
  }
}

function child(place: Place, key: string, { fallback }: Unwrapped): Place {
  const given = typeof fallback === 'object' && fallback !== null ? (fallback as Record<string, unknown>) : {};
  return { ...place, path: place.path === '' ? key : `${place.path}.${key}`, fallback: given[key] };
}

let tree: ConfigTree | undefined;

/** Every key of the configuration. Made when first asked for: a synth without variables needs none of it. */
export function configTree(): ConfigTree {
  if (tree === undefined) {
    const walk = new Walk();
    walk.visit(DeploymentConfigSchema, { path: '', when: {}, optionalGroup: undefined, fallback: undefined });
    tree = { leaves: walk.leaves, groups: [...walk.groups.values()] };
  }
  return tree;
}

export const VARIABLE_PREFIX = 'LIBRECHAT_CDK_';

/** The environment variable of a key: `network.natGateways` is `LIBRECHAT_CDK_NETWORK_NAT_GATEWAYS`. */
export function variableName(path: string): string {
  const snake = path
    .replaceAll(/([GM])iB/g, '$1ib')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_');
  return `${VARIABLE_PREFIX}${snake.toUpperCase()}`;
}
