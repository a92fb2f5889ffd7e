/** Logical ids and parameters that a value of a template refers to. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    if (key === 'Fn::Sub')
      return [...referencesInText(Array.isArray(inner) ? inner[0] : inner), ...referencesIn(inner)];
    return referencesIn(inner);
  });
}

function referencesInText(text: unknown): string[] {
  return [...String(text).matchAll(/\$\{(\w+)[.}]/g)].map(([, id = '']) => id);
}
