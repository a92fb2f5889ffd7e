/** Values of a metric, one for each period; null where there is none. */
export type Series = readonly (number | null)[];

type Value = Series | readonly Series[];

const isList = (value: Value): value is readonly Series[] => value.length > 0 && Array.isArray(value[0]);

/** The part of CloudWatch's metric math that our alarms use. What it does not know it refuses. */
export function evaluate(expression: string, series: Readonly<Record<string, Series>>): Series {
  const length = Math.max(...Object.values(series).map((one) => one.length));
  const parser = new Parser(expression, series, length);
  const value = parser.comparison();
  parser.end();
  return one(value);
}

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '>=': (left, right) => Number(left >= right),
};
const SUMS: typeof COMPARISONS = { '+': (left, right) => left + right, '-': (left, right) => left - right };
const PRODUCTS: typeof COMPARISONS = { '*': (left, right) => left * right, '/': (left, right) => left / right };

const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Series>> = {
  IF: (condition, yes, no) =>
    one(condition).map((value, index) => {
      if (value === null) return null;
      return one(value === 0 ? no : yes)[index] ?? null;
    }),
  FILL: (value, filler) => one(value).map((known, index) => known ?? one(filler)[index] ?? null),
  SUM: (list) => reduce(list, (values) => values.reduce((sum, value) => sum + value, 0)),
  MAX: (list) => reduce(list, (values) => Math.max(...values)),
};

/** Of several series at once; what is missing in one of them does not count. */
function reduce(list: Value | undefined, how: (values: number[]) => number): Series {
  if (list === undefined || !isList(list)) throw new Error('expected a list of series in []');
  return (list[0] ?? []).map((_, index) => {
    const known = list.map((series) => series[index]).filter((value) => typeof value === 'number');
    return known.length === 0 ? null : how(known);
  });
}

function one(value: Value | undefined): Series {
  if (value === undefined || isList(value)) throw new Error('expected one series');
  return value;
}

class Parser {
  private readonly tokens: string[];
  private readonly series: Readonly<Record<string, Series>>;
  private readonly length: number;

  constructor(expression: string, series: Readonly<Record<string, Series>>, length: number) {
    this.tokens = expression.match(/\d+(\.\d+)?|[A-Za-z]\w*|>=|\S/g) ?? [];
    this.series = series;
    this.length = length;
  }

  comparison(): Value {
    return this.binary(COMPARISONS, () => this.binary(SUMS, () => this.binary(PRODUCTS, () => this.factor())));
  }

  end(): void {
    if (this.tokens.length > 0) throw new Error(`did not understand '${this.tokens.join(' ')}'`);
  }

  private binary(operators: typeof COMPARISONS, operand: () => Value): Value {
    let left = operand();
    for (;;) {
      const operator = operators[this.tokens[0] ?? ''];
      if (operator === undefined) return left;
      this.tokens.shift();
      const [before, after] = [one(left), one(operand())];
      left = before.map((value, index) => {
        const other = after[index] ?? null;
        return value === null || other === null ? null : operator(value, other);
      });
    }
  }

  private factor(): Value {
    const token = this.tokens.shift() ?? '';
    if (/^\d/.test(token)) return Array.from({ length: this.length }, () => Number(token));
    if (token === '(') return this.list(')')[0] ?? [];
    if (token === '[') return this.list(']').map(one);
    if (this.tokens[0] === '(') {
      const known = FUNCTIONS[token];
      if (known === undefined) throw new Error(`the function ${token} is not known here`);
      this.tokens.shift();
      return known(...this.list(')'));
    }
    const series = this.series[token];
    if (series === undefined) throw new Error(`nothing is named '${token}'`);
    return series;
  }

  private list(end: string): Value[] {
    const values = [this.comparison()];
    while (this.tokens[0] === ',') {
      this.tokens.shift();
      values.push(this.comparison());
    }
    if (this.tokens.shift() !== end) throw new Error(`expected '${end}'`);
    return values;
  }
}
