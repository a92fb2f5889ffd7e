/** A group of rules that AWS keeps. */
export interface ManagedRules {
  readonly name: string;

  /** Rules that only count, each with what of LibreChat they would refuse. */
  readonly counted: Readonly<Record<string, string>>;

  /** Whether it judges nothing but the address that the connection comes from. */
  readonly byAddress: boolean;
}

const PROMPT = 'prompts are in the body, and people ask about code, paths, addresses and attacks';
const SEARCH = 'what people search for in their chats is in the query';

/**
 * The groups in front of LibreChat, cheapest first. Rules that read what people write only count; those that read paths,
 * cookies and headers refuse. Source of the names: AWS WAF developer guide, baseline and use-case rule groups.
 */
export const MANAGED_RULES: readonly ManagedRules[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counted: {}, byAddress: true },
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    counted: {
      JavaDeserializationRCE_BODY: PROMPT,
      Log4JRCE_BODY: PROMPT,
      ReactJSRCE_BODY: PROMPT,
      JavaDeserializationRCE_QUERYSTRING: SEARCH,
      Log4JRCE_QUERYSTRING: SEARCH,
    },
    byAddress: false,
  },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    counted: {
      SizeRestrictions_BODY: 'a long prompt, and any upload, is larger than 8 KB',
      SizeRestrictions_QUERYSTRING: 'providers of OpenID answer with codes and states beyond 2 KB',
      EC2MetaDataSSRF_BODY: PROMPT,
      GenericLFI_BODY: PROMPT,
      GenericRFI_BODY: PROMPT,
      CrossSiteScripting_BODY: PROMPT,
      EC2MetaDataSSRF_QUERYARGUMENTS: SEARCH,
      GenericLFI_QUERYARGUMENTS: SEARCH,
      GenericRFI_QUERYARGUMENTS: SEARCH,
      CrossSiteScripting_QUERYARGUMENTS: SEARCH,
      RestrictedExtensions_QUERYARGUMENTS: SEARCH,
    },
    byAddress: false,
  },
  {
    name: 'AWSManagedRulesSQLiRuleSet',
    counted: {
      SQLi_BODY: PROMPT,
      SQLiExtendedPatterns_BODY: PROMPT,
      SQLi_QUERYARGUMENTS: SEARCH,
      SQLiExtendedPatterns_QUERYARGUMENTS: SEARCH,
    },
    byAddress: false,
  },
];
