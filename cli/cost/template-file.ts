import { parse, YAMLMap, type YAMLSeq } from 'yaml';
import { EXIT, UserError } from '../errors.ts';
import { asTemplate, type Template } from './template.ts';

/** Functions that have a short form in YAML, such as `!Sub`. */
const SHORT_FORMS =
  'And Base64 Cidr Condition Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Ref Select Split Sub ToJsonString Transform'.split(
    ' ',
  );

const longForm = (name: string) => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

function called(name: string, argument: YAMLMap.Parsed | YAMLSeq.Parsed): YAMLMap {
  const map = new YAMLMap();
  map.set(longForm(name), argument);
  return map;
}

const customTags = SHORT_FORMS.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => ({ [longForm(name)]: text }) },
  ...(['seq', 'map'] as const).map((collection) => ({
    tag: `!${name}`,
    collection,
    resolve: (argument: YAMLMap.Parsed | YAMLSeq.Parsed) => called(name, argument),
  })),
]);

/** Reads a CloudFormation template, JSON or YAML with the short forms of its functions. */
export function parseTemplate(text: string, file: string): Template {
  let content: unknown;
  try {
    content = parse(text, { customTags, logLevel: 'error' });
  } catch (error) {
    throw new UserError(`${file} is neither YAML nor JSON`, String(error).split('\n')[0], EXIT.usage);
  }
  return asTemplate(content, file);
}
