// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// pipeline is what a client without libshadw chains, memory to memory: AES-256-GCM of the
// data, parity, SHA-256 of every shard. As in our writer, a segment goes stripe by stripe,
// one cell of a shard at a time: the order that keeps a stripe in cache between the steps.
// A cell holds its tag, so cells lie where the coder reads them and nothing is copied.
func pipeline(t task) float64 {
	block, err := aes.NewCipher(make([]byte, 32))
	must(err)
	aead, err := cipher.NewGCM(block)
	must(err)
	coder := newCoder(t)
	n := t.k + t.m
	plainBytes := t.shardBytes - aead.Overhead()
	plain := randomBytes(t.sets * t.k * plainBytes)
	stripes := newSets(t) // each cell of each shard at its own place, written once a segment
	hashes := make([]hash.Hash, n)
	for i := range hashes {
		hashes[i] = sha256.New()
	}
	roots := make([]byte, 0, n*sha256.Size)
	nonce := make([]byte, aead.NonceSize())
	return measure(t, len(plain), func() {
		for i := range hashes {
			hashes[i].Reset()
		}
		for s, cells := range stripes {
			for i := range t.k {
				at := (s*t.k + i) * plainBytes
				binary.LittleEndian.PutUint64(nonce, uint64(s*t.k+i))
				aead.Seal(cells[i][:0], nonce, plain[at:at+plainBytes], nil)
			}
			must(coder.Encode(cells))
			for i := range hashes {
				hashes[i].Write(cells[i])
			}
		}
		roots = roots[:0]
		for i := range hashes {
			roots = hashes[i].Sum(roots)
		}
	})
}
