/** What DNS-collector writes where there is nothing. */
export const NOTHING = '-';

const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  NOTIMPL: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADSIG: 16,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
};

/** Mnemonics of the types that producers write out; numbers are theirs in the registry of IANA. */
const QTYPES: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'A 1,NS 2,CNAME 5,SOA 6,WKS 11,PTR 12,HINFO 13,MX 15,TXT 16,RP 17,AFSDB 18,SIG 24,KEY 25,AAAA 28,LOC 29,SRV 33,NAPTR 35,KX 36,' +
    'CERT 37,DNAME 39,OPT 41,APL 42,DS 43,SSHFP 44,IPSECKEY 45,RRSIG 46,NSEC 47,DNSKEY 48,DHCID 49,NSEC3 50,NSEC3PARAM 51,TLSA 52,' +
    'SMIMEA 53,HIP 55,CDS 59,CDNSKEY 60,OPENPGPKEY 61,CSYNC 62,ZONEMD 63,SVCB 64,HTTPS 65,SPF 99,EUI48 108,EUI64 109,TKEY 249,' +
    'TSIG 250,IXFR 251,AXFR 252,ANY 255,URI 256,CAA 257,TA 32768,DLV 32769'
  )
    .split(',')
    .map((entry) => entry.split(' '))
    .map(([name = '', code]) => [name, Number(code)]),
);

/** dnstap's numbers. */
const TRANSPORTS: Readonly<Record<string, number>> = {
  UDP: 1,
  TCP: 2,
  DOT: 3,
  DOH: 4,
  DNSCRYPTUDP: 5,
  DNSCRYPTTCP: 6,
  DOQ: 7,
};

/** Longest word looked at. */
const WORD_CHARACTERS_MAX = 32;
/** A number, as itself or behind the word that stands for a code without a name: `TYPE65`, `RCODE12`. */
const NUMBERED = /^(?:TYPE|RCODE)?(\d{1,5})$/;

const codeOf = (value: unknown, words: Readonly<Record<string, number>>, max: number): number | undefined => {
  if (typeof value === 'string' && value.length <= WORD_CHARACTERS_MAX) {
    const word = value.toUpperCase();
    if (Object.hasOwn(words, word)) return words[word];
    const [, digits] = NUMBERED.exec(word) ?? [];
    return digits === undefined ? undefined : codeOf(Number(digits), words, max);
  }
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : undefined;
};

/** The rcode of a number or name, whatever its case; undefined when it is none. */
export const rcodeOf = (value: unknown): number | undefined => codeOf(value, RCODES, 4_095);

/** The type of a number or mnemonic; undefined when it is none that is known. */
export const qtypeOf = (value: unknown): number | undefined => codeOf(value, QTYPES, 65_535);

/** The transport of a number or name; 0 when it is not known. */
export const transportOf = (value: unknown): number => codeOf(value, TRANSPORTS, 255) ?? 0;

/** Whether something says yes: true, 1, `1` or `true`. */
export const isYes = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true';

/** Whether something says IPv6. */
export const isV6 = (value: unknown): boolean =>
  value === 6 || (typeof value === 'string' && /^(?:inet|ipv|ip)?6$/i.test(value));
