import { priceNames } from '../../lib/utils/model-prices.ts';
import type { PriceBook } from './price-book.ts';
import { type Context, type Finding, line } from './pricing.ts';
import type { Template } from './template.ts';
import { times } from './usage.ts';

/** Lines of the models of Amazon Bedrock that the template names for chats, each alone, and of its embeddings. */
export function modelLines(
  template: Template,
  context: Context,
  book: PriceBook,
): { chat: Finding[][]; embeddings: Finding[] } {
  const { usage, messages } = context;
  const models = variable(template, 'BEDROCK_AWS_MODELS')?.split(',') ?? [];
  const embedder =
    variable(template, 'EMBEDDINGS_PROVIDER') === 'bedrock' ? variable(template, 'EMBEDDINGS_MODEL') : undefined;
  const embedded = times(usage.gb, usage.newDocuments, usage.embeddedTokensPerGb);
  return {
    chat: models.map((model) =>
      priced(book, model, [
        line(`${model}, read`, 'input', { messages, tokens: usage.inputTokens }),
        line(`${model}, written`, 'output', { messages, tokens: usage.outputTokens }),
      ]),
    ),
    embeddings:
      embedder === undefined
        ? []
        : priced(book, embedder, [line(`${embedder}, documents`, 'input', { tokens: embedded })]),
  };
}

function priced(book: PriceBook, model: string, lines: readonly ReturnType<typeof line>[]): Finding[] {
  const name = priceNames(model).find((candidate) => `AmazonBedrock/${candidate}/input` in book.prices);
  if (name === undefined) return [{ unpriced: `no price for the model ${model}` }];
  return lines.map((draft) => ({ ...draft, price: `AmazonBedrock/${name}/${draft.price}` }));
}

/** Value of a container's variable, in a task definition or in the settings of a machine. */
function variable(template: Template, name: string): string | undefined {
  const text = JSON.stringify(template.Resources);
  return (
    new RegExp(`"Name":"${name}","Value":"([^"\\\\]+)"`).exec(text)?.[1] ??
    new RegExp(`\\\\"${name}\\\\":\\\\"([^"\\\\]+)\\\\"`).exec(text)?.[1]
  );
}
