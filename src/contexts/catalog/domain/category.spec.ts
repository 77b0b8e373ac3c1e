import { foldEvents, given } from '../../../../test/support/given.js';
import type { CategoryEvent } from '../events/category.events.js';
import { MAX_CATEGORY_DEPTH } from '../limits.js';
import { changeCategory, createCategory, deleteCategory, refuseParent } from './category.decider.js';
import { Category, type CategoryState } from './category.js';

const created: CategoryEvent = {
  type: 'CategoryCreated',
  data: { publicId: 12, parentId: 'root', names: { en: 'Games', ru: 'Игры', az: null }, position: null },
};
const deleted: CategoryEvent = { type: 'CategoryDeleted', data: {} };

describe('a category', () => {
  it('is created under its parent, once', () => {
    given(Category, [])
      .when((state) =>
        createCategory(state, {
          publicId: 12,
          parentId: 'root',
          names: { en: 'Games', ru: 'Игры', az: ' ' },
        }),
      )
      .then(created);
    given(Category, [created])
      .when((state) => createCategory(state, { publicId: 13, names: { en: 'Other' } }))
      .thenNothing();
  });

  it('needs an English name', () => {
    given(Category, [])
      .when((state) => createCategory(state, { publicId: 12, names: { en: '', ru: 'Игры' } }))
      .thenRejected('InvalidName');
  });

  it('keeps the translations that a change does not name', () => {
    given(Category, [created])
      .when((state) => changeCategory(state, { names: { az: 'Oyunlar' }, parentId: null }))
      .then({
        type: 'CategoryChanged',
        data: { parentId: null, names: { en: 'Games', ru: 'Игры', az: 'Oyunlar' } },
      });
    given(Category, [created])
      .when((state) => changeCategory(state, { names: { ru: 'Игры' } }))
      .thenNothing();
  });

  it('is not changed before it exists or after it is gone', () => {
    for (const events of [[], [created, deleted]])
      given(Category, events)
        .when((state) => changeCategory(state, { position: 1 }))
        .thenRejected('CategoryNotFound');
  });

  it('is deleted once', () => {
    given(Category, [created]).when(deleteCategory).then(deleted);
    given(Category, [created, deleted]).when(deleteCategory).thenNothing();
    given(Category, []).when(deleteCategory).thenRejected('CategoryNotFound');
  });
});

describe('a parent', () => {
  const node = (parentId: string | null): CategoryState =>
    foldEvents(Category, [{ ...created, data: { ...created.data, parentId } } as CategoryEvent]);
  const tree: Record<string, CategoryState> = {
    top: node(null),
    middle: node('top'),
    leaf: node('middle'),
    gone: foldEvents(Category, [created, deleted]),
  };
  const find = (id: string) => tree[id] ?? Category.initial;

  it('may be any other category', () => {
    expect(refuseParent('new', 'leaf', find)).toBeNull();
    expect(refuseParent('leaf', 'top', find)).toBeNull();
  });

  it('is not the category itself, nor what hangs below it', () => {
    expect(refuseParent('top', 'top', find)?.code).toBe('CategoryCycle');
    expect(refuseParent('top', 'leaf', find)?.code).toBe('CategoryCycle');
  });

  it('exists', () => {
    expect(refuseParent('new', 'nowhere', find)?.code).toBe('UnknownCategory');
    expect(refuseParent('new', 'gone', find)?.code).toBe('UnknownCategory');
  });

  it('is not too deep, and a circle of others ends the walk', () => {
    const deep = (id: string) => (id === '1' ? node(null) : node(String(Number(id) - 1)));
    expect(refuseParent('new', String(MAX_CATEGORY_DEPTH - 1), deep)).toBeNull();
    expect(refuseParent('new', String(MAX_CATEGORY_DEPTH), deep)?.code).toBe('CategoryTooDeep');
    expect(refuseParent('new', 'a', (id) => node(id === 'a' ? 'b' : 'a'))?.code).toBe('CategoryTooDeep');
  });
});
