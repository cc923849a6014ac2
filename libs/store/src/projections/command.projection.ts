import { json, projection } from './projection.js';

/** A command is issued, then signed or refused; only a signed one leaves. */
export const commandProjection = projection(['command'], {
  CommandIssued: (tx, { command }) =>
    tx.query(
      `insert into command (command_id, rollback_id, redirect_id, rollout_id, fallback_id, wave, generation, status, command,
         issued_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, 'issued', $8::jsonb, $9, $10)`,
      [
        command.commandId,
        command.rollbackId ?? null,
        command.redirectId ?? null,
        command.rolloutId ?? null,
        command.fallbackId ?? null,
        command.wave,
        command.generation,
        json(command),
        command.issuedAtMs,
        command.expiresAtMs,
      ],
    ),
  CommandSigned: (tx, { commandId, signed }) =>
    tx.query(`update command set status = 'signed', signed = $2::jsonb where command_id = $1`, [
      commandId,
      json(signed),
    ]),
  CommandRefused: (tx, { commandId, code, because }) =>
    tx.query(`update command set status = 'refused', refusal = $2 where command_id = $1`, [
      commandId,
      `${code}: ${because}`,
    ]),
});
