import { connectionOfUrl } from './connection-url.js';

describe('connectionOfUrl', () => {
  it('reads every part', () => {
    expect(connectionOfUrl('postgres://a%40b:p%3Aw@db.example:6543/tocsin')).toEqual({
      host: 'db.example',
      port: 6_543,
      user: 'a@b',
      password: 'p:w',
      database: 'tocsin',
    });
  });

  it('knows sockets, defaults and TLS', () => {
    expect(connectionOfUrl('postgresql:///tocsin?host=/run/postgresql&sslmode=verify-full')).toEqual({
      host: '/run/postgresql',
      port: 5_432,
      user: 'postgres',
      database: 'tocsin',
      ssl: { rejectUnauthorized: true },
    });
  });

  it.each([
    ['db.example', /^expected postgres:/],
    ['mysql://a:secret@b/c', /^expected postgres:\/\/, got mysql:/],
    ['postgres://a:secret@b/c?sslmode=require', /^sslmode=require: expected verify-full/],
  ])('refuses %s without showing a password', (url, message) => {
    expect(connectionOfUrl(url)).toMatch(message);
    expect(connectionOfUrl(url)).not.toMatch('secret');
  });
});
