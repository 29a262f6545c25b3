/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target once over each file of the folders named: what fuzzing
 * found stays found, with any compiler. Prints TAP.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return -1;
    }
    static uint8_t room[1 << 20];
    size_t size = fread(room, 1, sizeof room, file);
    fclose(file);
    /* Exactly as long as the input, so that a sanitizer sees an overrun. */
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact) {
        return -1;
    }
    for (size_t i = 0; i < size; i++) {
        exact[i] = room[i];
    }
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int run_folder(const char *folder, size_t *n)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        perror(folder);
        return 1;
    }
    int bad = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (run_file(path) != 0) {
            perror(path);
            bad = 1;
        } else {
            (*n)++;
        }
    }
    closedir(dir);
    return bad;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    int bad = argc < 2;
    for (int i = 1; i < argc; i++) {
        bad |= run_folder(argv[i], &n);
    }
    bad |= n == 0;
    printf("%s 1 - %zu inputs\n1..1\n", bad ? "not ok" : "ok", n);
    return bad;
}
