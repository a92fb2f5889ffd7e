import type { PresetName } from '../../config/presets.ts';
import type { Settings } from './draft.ts';

/** Value of a setting as the answers so far give it. */
export type ValueOf = (path: string) => unknown;

/** A setting that is asked for. What it means, what it takes and its default are the schema's. */
export interface Question {
  readonly path: string;
  readonly message: string;
  /** Flag that answers it, as commander writes it. */
  readonly flag: string;
  /** Whether it matters, after the answers before it. */
  readonly isAsked?: (valueOf: ValueOf) => boolean;
  /** Settings that an answer brings along, unless somebody chose them. */
  readonly brings?: (answer: string, valueOf: ValueOf) => Settings;
  /** Whether the answers differ in price. */
  readonly isPriced?: boolean;
  /** What stands in for answers that come later, to know the price of this one. */
  readonly priceWith?: (answer: string) => Settings;
  /** Whether nothing is an answer too. */
  readonly isOptional?: boolean;
  /** Whether some of the values there are are chosen, instead of typed. */
  readonly picks?: boolean;
}

export const PRESET_FLAG = '--preset <source>';
export const PEOPLE_FLAG = '--people <number>';
export const STACK_FLAG = '--stack <name>';

/** What each preset is for. */
export const PRESET_ABOUT: Readonly<Record<PresetName, string>> = {
  'minimal-dev': 'to try it out: one machine with everything on it; its data goes when the stack is deleted',
  'standard-dev': 'a small team: the same machine, larger, with questions to documents and search',
  'production-ec2': 'a company of up to 150 people: one machine that can be replaced, its data in managed databases',
  'production-ecs': 'a company without downtime: containers over two zones that scale by themselves',
  enterprise: 'for audits: three zones, firewall, longer backups and logs, settings held to HIPAA and SOC 2',
};

/** RAG and search want 8 GiB of memory on the machine. */
function largerMachine(valueOf: ValueOf): Settings {
  return valueOf('mode') === 'ec2' && valueOf('instance.type') === 't4g.medium' ? { 'instance.type': 't4g.large' } : {};
}

/** In the order in which they are asked; those with the same first part belong together. */
export const QUESTIONS: readonly Question[] = [
  { path: 'stackName', message: 'What is it called?', flag: STACK_FLAG },
  {
    path: 'access.type',
    message: 'How do people reach it?',
    flag: '--access <type>',
    isPriced: true,
    priceWith: (answer): Settings =>
      answer === 'domain' ? { 'access.domainName': 'chat.example.com', 'access.hostedZoneId': 'Z0123456789ABC' } : {},
    brings: (answer, valueOf): Settings =>
      answer === 'domain' && valueOf('mode') === 'ec2' ? { 'instance.loadBalancer': 'true' } : {},
  },
  {
    path: 'access.domainName',
    message: 'Under which name?',
    flag: '--domain <name>',
    isAsked: (valueOf) => valueOf('access.type') === 'domain',
  },
  {
    path: 'access.hostedZoneId',
    message: 'In which Route 53 zone is that name?',
    flag: '--hosted-zone <id>',
    isAsked: (valueOf) => valueOf('access.type') === 'domain' && valueOf('access.certificateArn') === undefined,
  },
  { path: 'registration.policy', message: 'Who may make an account?', flag: '--registration <policy>' },
  {
    path: 'registration.allowedDomains',
    message: 'With which e-mail domains?',
    flag: '--allowed-domains <list>',
    isAsked: (valueOf) => valueOf('registration.policy') === 'domains',
  },
  { path: 'signIn.sso.type', message: 'Do people sign in through a provider?', flag: '--sso <type>' },
  {
    path: 'features.rag',
    message: 'Questions to uploaded documents?',
    flag: '--rag',
    isPriced: true,
    brings: (answer, valueOf) =>
      answer === 'true'
        ? {
            ...(valueOf('mode') === 'ec2' && valueOf('vectorStore.type') === undefined
              ? { 'vectorStore.type': 'container' }
              : {}),
            ...largerMachine(valueOf),
          }
        : {},
  },
  {
    path: 'features.search',
    message: 'Search in past chats?',
    flag: '--search',
    isPriced: true,
    brings: (answer, valueOf) => (answer === 'true' ? largerMachine(valueOf) : {}),
  },
  {
    path: 'models.bedrock.modelIds',
    message: 'Which models may people choose?',
    flag: '--models <list>',
    picks: true,
  },
  {
    path: 'monitoring.alertEmail',
    message: 'Who gets the alarms by mail? (Enter: nobody)',
    flag: '--alert-email <address>',
    isOptional: true,
    brings: () => ({ 'monitoring.alarms': 'true' }),
  },
  {
    path: 'monitoring.monthlyBudgetUsd',
    message: 'Tell at how many USD a month? (Enter: none)',
    flag: '--budget <usd>',
    isAsked: (valueOf) => valueOf('monitoring.alertEmail') !== undefined,
    isOptional: true,
  },
];

/** `--access <type>` is `--access`. */
export const flagName = (flag: string): string => flag.split(' ')[0] ?? flag;

/** The key under which commander keeps a flag: `--alert-email` is `alertEmail`. */
export const optionKey = (flag: string): string =>
  flagName(flag)
    .slice(2)
    .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
