/**
 * Where PoPs stand: degrees north and east of the airports by whose IATA codes operators name them, to a tenth of a degree, which is less
 * than a dot on the map. A PoP that is named otherwise stands in the table alone, and the map says how many do.
 */
const PLACES = `
ams 52.3 4.8|arn 59.7 17.9|atl 33.6 -84.4|akl -37.0 174.8|ath 37.9 23.9|bcn 41.3 2.1|beg 44.8 20.3|ber 52.4 13.5|bkk 13.7 100.7
bom 19.1 72.9|bos 42.4 -71.0|bog 4.7 -74.1|bne -27.4 153.1|bru 50.9 4.5|bts 48.2 17.2|bud 47.4 19.3|cai 30.1 31.4|cbr -35.3 149.2
ccu 22.7 88.4|cdg 49.0 2.5|cgk -6.1 106.7|clt 35.2 -80.9|cmn 33.4 -7.6|cph 55.6 12.7|cpt -34.0 18.6|dca 38.9 -77.0|del 28.6 77.1
den 39.9 -104.7|dfw 32.9 -97.0|dme 55.4 37.9|doh 25.3 51.6|dtw 42.2 -83.4|dub 53.4 -6.2|dur -29.6 31.1|dus 51.3 6.8|dxb 25.3 55.4
eze -34.8 -58.5|ewr 40.7 -74.2|fco 41.8 12.2|fra 50.0 8.6|gig -22.8 -43.2|gru -23.4 -46.5|gva 46.2 6.1|ham 53.6 10.0|han 21.2 105.8
hel 60.3 25.0|hkg 22.3 113.9|hnd 35.6 139.8|hyd 17.2 78.4|iad 38.9 -77.5|iah 30.0 -95.3|icn 37.5 126.5|ist 41.3 28.7|jfk 40.6 -73.8
jnb -26.1 28.2|kbp 50.3 30.9|kix 34.4 135.2|kul 2.7 101.7|las 36.1 -115.2|lax 33.9 -118.4|lhr 51.5 -0.5|lim -12.0 -77.1|lis 38.8 -9.1
los 6.6 3.3|maa 13.0 80.2|mad 40.5 -3.6|man 53.4 -2.3|mci 39.3 -94.7|mel -37.7 144.8|mex 19.4 -99.1|mia 25.8 -80.3|mnl 14.5 121.0
mrs 43.4 5.2|msp 44.9 -93.2|muc 48.4 11.8|mxp 45.6 8.7|nbo -1.3 36.9|nrt 35.8 140.4|ord 42.0 -87.9|osl 60.2 11.1|otp 44.6 26.1
pdx 45.6 -122.6|per -31.9 116.0|phl 39.9 -75.2|phx 33.4 -112.0|prg 50.1 14.3|qro 20.6 -100.2|ruh 25.0 46.7|scl -33.4 -70.8|sea 47.4 -122.3
sfo 37.6 -122.4|sgn 10.8 106.7|sin 1.4 104.0|sjc 37.4 -121.9|slc 40.8 -112.0|sof 42.7 23.4|stl 38.7 -90.4|svo 56.0 37.4|syd -33.9 151.2
tlv 32.0 34.9|tpe 25.1 121.2|txl 52.6 13.3|vie 48.1 16.6|waw 52.2 21.0|yul 45.5 -73.7|yvr 49.2 -123.2|yyz 43.7 -79.6|zag 45.7 16.1|zrh 47.5 8.5
`;

const known = new Map(
  PLACES.trim()
    .split(/[|\n]/)
    .map((entry) => {
      const [code = '', north, east] = entry.split(' ');
      return [code, [Number(east), Number(north)] as const];
    }),
);

/** The letters of an airport, and then nothing more that is one: `manila` is no `man`. */
const CODE = /^([a-z]{3})(?![a-z])/i;

/** Degrees east and north of a PoP, by the letters that its name begins with: `iad`, `iad1`, `IAD-2`. */
export const placeOf = (pop: string): readonly [number, number] | undefined =>
  known.get(CODE.exec(pop)?.[1]?.toLowerCase() ?? '');
