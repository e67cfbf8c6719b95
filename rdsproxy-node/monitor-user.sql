-- The user of HAProxy's health check (`option mysql-check user monitor`). Run it once, as an administrator, on the
-- master: replication brings it to the replicas. It may be run again.
--
--   mysql -h master.db.corp.internal -u admin -p < monitor-user.sql
--
-- It has no password, because the check can send none, and USAGE means no rights at all: it can log in and nothing
-- more. Narrow the '%' to the proxy nodes' subnets if they are fixed, for example 'monitor'@'10.0.1.%'. That keeps
-- others from the databases themselves, and nobody from logging in through a proxy, whose address the databases see:
-- README.md beside this file, "What to know".
--
-- With this user the check ends each handshake properly, so the server counts no connection errors and never blocks
-- a proxy node as it does at max_connect_errors.

CREATE USER IF NOT EXISTS 'monitor'@'%';
GRANT USAGE ON *.* TO 'monitor'@'%';
