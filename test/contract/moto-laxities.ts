/** Where moto is laxer than Route 53, or wrong. */
export interface Laxity {
  /** What AWS documents, in short; in its own words at the source. */
  readonly aws: string;
  readonly source: string;
  /** What moto does instead. */
  readonly moto: string;
  /** The tests of the contract that show it, by name: they must fail there. */
  readonly tests: readonly string[];
}

const API = 'https://docs.aws.amazon.com/Route53/latest/APIReference';
const GUIDE = 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide';

export const MOTO_LAXITIES: readonly Laxity[] = [
  {
    aws: 'CreateHostedZone: the CallerReference must be another one for each request; otherwise HostedZoneAlreadyExists.',
    source: `${API}/API_CreateHostedZone.html`,
    moto: 'creates a second zone',
    tests: ['refuses a caller reference that was used before'],
  },
  {
    aws: 'ChangeResourceRecordSets: CREATE creates; of a set that exists it is refused with InvalidChangeBatch, whose messages name every fault of the batch.',
    source: `${API}/API_ChangeResourceRecordSets.html`,
    moto: 'overwrites a simple set, names the first fault only, and says it in other words or as InvalidInput',
    tests: [
      'of existence: CREATE of a record set that exists',
      'of existence: CREATE of the same record set twice',
      'of existence: CREATE of a multivalue record set whose identifier exists',
      'names every fault of a batch',
    ],
  },
  {
    aws: 'ChangeResourceRecordSets: a batch is a transaction, made as a whole or not at all; to delete a set, all its current values must be given, else InvalidChangeBatch.',
    source: `${API}/API_ChangeResourceRecordSets.html`,
    moto: 'applies what stands before the fault, compares a DELETE with former versions, type and identifier loosely, values in order, and answers InvalidInput',
    tests: [
      'creates, replaces and deletes a record set',
      'of existence: DELETE of a record set that does not exist',
      'of existence: DELETE of another set identifier',
      'of existence: DELETE with another TTL',
      'of existence: DELETE with another value',
      'of existence: DELETE with some of the values',
      'of existence: DELETE with another weight',
      'of existence: DELETE of the same record set twice',
    ],
  },
  {
    aws: 'Routing: all sets of one name and type have one routing policy; a multivalue set has an identifier and one value, is no alias and no CNAME; weighted sets of one name share their TTL.',
    source: `${GUIDE}/routing-policy.html, ${API}/API_ResourceRecordSet.html`,
    moto: 'accepts every mixture',
    tests: [
      'of routing: a multivalue record set beside a simple one',
      'of routing: an UPSERT of a multivalue record set beside a simple one',
      'of routing: a simple record set beside multivalue ones',
      'of routing: a weighted record set beside multivalue ones',
      'of routing: weighted record sets of different TTL',
      'of routing: another routing policy placed before the DELETE that would make room for it',
      'of routing: a multivalue record set without a set identifier',
      'of routing: a set identifier without a routing policy',
      'of routing: two routing policies in one record set',
      'of routing: a multivalue alias',
      'of routing: a multivalue CNAME',
    ],
  },
  {
    aws: 'ResourceRecordSet: TTL from 0 to 2147483647, required for a set with values and forbidden for an alias; at least one value; SetIdentifier of 1 to 128 characters; Type one of the list.',
    source: `${API}/API_ResourceRecordSet.html`,
    moto: 'checks none of the fields',
    tests: [
      'of fields: a missing TTL',
      'of fields: an alias with a TTL',
      'of fields: a TTL of -1',
      'of fields: a TTL of 2147483648',
      'of fields: no values at all',
      'of fields: an empty set identifier',
      'of fields: a set identifier of 129 characters',
      'of fields: an unknown record type',
    ],
  },
  {
    aws: 'Record types: the value of an A record is an IPv4 address in dotted decimal notation, that of AAAA an IPv6 address, that of TXT strings in double quotation marks; each value once.',
    source: `${GUIDE}/ResourceRecordTypes.html`,
    moto: 'takes any text as a value, and takes it twice',
    tests: [
      ...[
        '',
        '10.0.0',
        '10.0.0.256',
        '010.0.0.1',
        '10.0.0.01',
        'example.com',
        '10.0.0.1:3306',
        ' 10.0.0.1',
        '::1',
      ].map((value) => `of values: an A record with the value '${value}'`),
      ...['10.0.0.1', '::g', 'fe80::1%eth0'].map(
        (value) => `of values: an AAAA record with the value '${value}'`,
      ),
      'of values: the same value twice',
      'of values: a TXT value without quotation marks',
    ],
  },
  {
    aws: 'Domain names: labels of up to 63 characters and names of up to 255; no CNAME at the apex or beside another type; letters are lower-cased, other characters returned as three-digit octal escapes.',
    source: `${GUIDE}/DomainNameFormat.html, ${GUIDE}/ResourceRecordTypes.html`,
    moto: 'keeps names as they come, and compares the end of a name with the zone letter by letter',
    tests: [
      'returns letters in lower case',
      'returns an asterisk as \\052',
      'returns an escaped letter as that letter, in lower case',
      'returns other characters as octal escapes',
      'of names: a name outside the zone',
      "of names: a name that only ends with the same letters as the zone's",
      'of names: a label of 64 characters',
      'of names: an empty label',
      'of names: a name of more than 255 characters',
      'of names: a CNAME at the apex',
      'of names: a wildcard NS record set',
      'of names: a CNAME beside another type',
      'of names: another type beside a CNAME',
    ],
  },
  {
    aws: 'Quotas: 400 values in a record set; 100 sets of one name and type under multivalue, weighted, latency or geolocation routing; 32,000 characters of values in a batch, those of an UPSERT counted twice.',
    source: `${GUIDE}/DNSLimitations.html`,
    moto: 'counts only the records of a batch',
    tests: [
      'of limits: 401 values in a record set',
      'of limits: 101 multivalue sets of one name and type',
      'of limits: 101 weighted sets of one name and type in one batch',
      'of limits: more than 32,000 characters by CREATE',
      'of limits: more than 16,000 characters by UPSERT',
    ],
  },
  {
    aws: 'NS and SOA: a zone keeps its own; a change that would delete them is InvalidChangeBatch.',
    source: `${GUIDE}/SOA-NSrecords.html`,
    moto: 'refuses for another reason, as InvalidInput',
    tests: ["of a DELETE of the zone's own NS record set", "of a DELETE of the zone's own SOA record set"],
  },
  {
    aws: 'GetChange: PENDING until a change has propagated, then INSYNC; an unknown one is NoSuchChange.',
    source: `${API}/API_GetChange.html`,
    moto: 'answers INSYNC at once, and of every ID',
    tests: ['follows a change to INSYNC', 'answers GetChange of an unknown change with NoSuchChange'],
  },
  {
    aws: 'ListResourceRecordSets: sorted by name with its labels reversed, then type, then identifier; a page goes on at NextRecordName, NextRecordType and NextRecordIdentifier; an identifier needs name and type.',
    source: `${API}/API_ListResourceRecordSets.html`,
    moto: 'sorts otherwise, and ignores the identifier: a page that ends within a name is followed by itself',
    tests: [
      'orders by reversed labels with a trailing dot, then type, then set identifier',
      'follows pages of any size to the same list',
      'names the record set that the next page begins with',
      'refuses an identifier without a type',
    ],
  },
];
