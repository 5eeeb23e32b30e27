package dev.cortado.kernels.vulkan;

import java.nio.ByteBuffer;
import java.util.List;

/** What a command buffer is told. Equal commands do the same to the same memory, though not with the same content. */
sealed interface Command {
    /** Bytes of a block that a shader sees. Blocks are told apart by identity: a freed one's buffer may come again. */
    record Binding(MemoryBlock block, long offset, long range) {}

    /** Workgroups of a shader. */
    record Compute(long pipeline, List<Binding> bindings, ByteBuffer constants, int x, int y, int z)
            implements Command {}

    /** Bytes from one block to another. */
    record Copy(MemoryBlock source, long from, MemoryBlock target, long to, long bytes) implements Command {}

    /** Zeroes. */
    record Clear(MemoryBlock block, long from, long bytes) implements Command {}

    /** What was written before is seen by these accesses in these stages. */
    record Barrier(int stages, int accesses) implements Command {}
}
