import './sign-in.css';
import { type FormEvent, useState } from 'react';
import { graphql } from '../api/graphql.js';
import { request, RequestFailed } from '../api/request.js';
import { apiKey } from '../api/session.js';
import { WithIssuer } from './with-issuer.js';

const HEAD = graphql('query Head { headPosition }');

/** What to tell who could not come in; a key is never shown again. */
const told = (error: unknown): string => {
  if (!(error instanceof RequestFailed)) return String(error);
  if (error.problem.status === 401) return 'No such key, or it has expired or was revoked.';
  if (error.problem.status === 403) return 'This key may not look at anything: it lacks the permission “view”.';
  return error.message;
};

interface SignInProps {
  readonly enter: (key: string) => void;
  readonly because: string | undefined;
}

/** The way in, by a key, which is tried before it is kept; or by an issuer, where there is one. */
export const SignIn = ({ enter, because }: SignInProps) => {
  const [key, setKey] = useState('');
  const [refusal, setRefusal] = useState(because);
  const [isTrying, setTrying] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTrying(true);
    try {
      await request(apiKey(key.trim()), HEAD, {});
      enter(key.trim());
    } catch (error) {
      setRefusal(told(error));
      setTrying(false);
    }
  };
  return (
    <main className="sign-in">
      <h1>Tocsin</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label htmlFor="key">API key</label>
        <input
          id="key"
          type="password"
          autoComplete="current-password"
          required
          autoFocus
          value={key}
          onChange={({ target }) => setKey(target.value)}
          aria-describedby="key-help"
          aria-invalid={refusal !== undefined && refusal !== because}
        />
        <p id="key-help" className="quiet">
          An administrator makes one: <code>tocsin key create --role viewer</code>. The first is in{' '}
          <code>.tocsin/admin-key</code>. It is kept in this tab, until you close it.
        </p>
        <p role="alert" className="refusal">
          {refusal}
        </p>
        <button type="submit" disabled={isTrying}>
          {isTrying ? 'Trying …' : 'Sign in'}
        </button>
      </form>
      <WithIssuer tell={setRefusal} />
    </main>
  );
};
