package org.stoker.testkit;

/** What an entry of a simulated directory leads to. */
sealed interface StoredNode permits StoredFile, StoredDirectory {}
