// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/klauspost/reedsolomon"
)

// staggerBytes keeps columns of neighbouring shards out of the same cache sets, as our own
// benchmark does for ours. Shards stay aligned to 64 bytes.
const staggerBytes = 320

// options says what makes the library fast on one thread.
//
//	split4   four goroutines, all on the one thread. With one goroutine the library uses
//	         GFNI only up to 10 data and 10 parity shards; beyond, the path that splits
//	         the work is the faster one, even where nothing runs at the same time.
//	leopard  an FFT over GF(2^8), another code: fewer products where shards are many.
//	(none)   as it comes.
func options(option string) []reedsolomon.Option {
	switch option {
	case "split4":
		return []reedsolomon.Option{reedsolomon.WithMaxGoroutines(4)}
	case "leopard":
		return []reedsolomon.Option{reedsolomon.WithLeopardGF(true)}
	}
	return nil
}

func newCoder(t task) reedsolomon.Encoder {
	coder, err := reedsolomon.New(t.k, t.m, options(t.option)...)
	must(err)
	return coder
}

func randomBytes(length int) []byte {
	source := rand.NewChaCha8([32]byte{1})
	out := make([]byte, length)
	_, err := source.Read(out)
	must(err)
	return out
}

// newSets: sets of n shards, data random, each at its own place.
func newSets(t task) [][][]byte {
	n := t.k + t.m
	pitch := t.shardBytes + staggerBytes
	memory := randomBytes(t.sets * n * pitch)
	sets := make([][][]byte, t.sets)
	for s := range sets {
		for i := range n {
			at := (s*n + i) * pitch
			sets[s] = append(sets[s], memory[at:at+t.shardBytes:at+t.shardBytes])
		}
	}
	return sets
}

func encode(t task) float64 {
	coder := newCoder(t)
	sets := newSets(t)
	turn := 0
	return measure(t, t.k*t.shardBytes, func() {
		must(coder.Encode(sets[turn]))
		turn = (turn + 1) % len(sets)
	})
}

// reconstruct loses the first min(k, m) data shards. The library takes the first k of
// those that are there, writes into the memory that a shard of length 0 brings along,
// and remembers the inverse matrix (its default).
func reconstruct(t task) float64 {
	coder := newCoder(t)
	sets := newSets(t)
	lost := min(t.k, t.m)
	originals := make([][]byte, lost)
	for _, set := range sets {
		must(coder.Encode(set))
	}
	for i := range lost {
		originals[i] = bytes.Clone(sets[0][i])
		clear(sets[0][i])
	}
	turn := 0
	work := func() {
		set := sets[turn]
		for i := range lost {
			set[i] = set[i][:0]
		}
		must(coder.ReconstructData(set))
		turn = (turn + 1) % len(sets)
	}
	work()
	for i := range lost {
		if !bytes.Equal(originals[i], sets[0][i]) {
			must(fmt.Errorf("shard %d came back different", i))
		}
	}
	return measure(t, t.k*t.shardBytes, work)
}
