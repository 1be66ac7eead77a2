-- +goose Up

-- An account's class covers its handle: what the account is called when its class is set, and since its last rename.
ALTER TABLE account_classes ADD COLUMN handle TEXT NOT NULL DEFAULT '';
UPDATE account_classes SET handle = COALESCE((SELECT handle FROM accounts WHERE id = account_classes.account), '');
